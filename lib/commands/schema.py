"""``python -m lib schema``."""

import json

import click

from lib.client import json_schema


@click.command("schema")
def schema_command() -> None:
    """Print the JSON schema of a client file, for editors that check while typing.

    \b
    python -m lib schema > client.schema.json
    """
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
