"""``python -m lib decide``."""

import json

import click

from lib.client import load_client
from lib.decision import decide
from lib.views.decision import text


@click.command("decide")
@click.argument("file", metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
def decide_command(file: str, as_json: bool) -> None:
    """Decide for one client file: recommendation, reasons, stability, what would change it.

    \b
    python -m lib decide data/clients/voice-agent.yaml
    python -m lib decide data/clients/voice-agent.yaml --json
    """
    decision = decide(load_client(file), source=file)
    click.echo(json.dumps(decision.to_dict(), indent=2, ensure_ascii=False) if as_json else text(decision))
