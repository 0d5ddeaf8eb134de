"""The command group: loads a command's code only when it is called, and turns bad input into one sentence."""

import gc
import importlib
import os
import sys
from types import ModuleType

import click

from lib.errors import InputError
from lib.text import inert

COMMANDS = {
    "decide": ("lib.commands.decide:decide_command", "Decide for one client file."),
    "costs": ("lib.commands.costs:costs_command", "Show what each arm costs, from dated prices."),
    "prices": ("lib.commands.prices:prices_command", "Show how old and how firm prices are, and what is about to end."),
    "experiment": ("lib.commands.experiment:experiment_command", "Run the experiment: RAG against LoRA, measured."),
    "report": ("lib.commands.report:report_command", "Write client reports (HTML, PDF, manifest)."),
    "cases": (
        "lib.commands.cases:cases_command",
        "Decide published cases of other parties; say how many come out right.",
    ),
    "claims": ("lib.commands.claims:claims_command", "Recompute the figures that the articles publish."),
    "schema": ("lib.commands.schema:schema_command", "Print the JSON schema of a client file."),
}


class LazyGroup(click.Group):
    """A click group whose commands are imported when they are asked for.

    Deciding must not pay for importing torch, and one command's missing package must not break another.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name][0].split(":")
        return getattr(importlib.import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """RAG, fine-tuning, both, or neither? Answers from a client's own facts.

    \b
    python -m lib decide data/clients/support-knowledge-base.yaml
    python -m lib report data/clients/support-knowledge-base.yaml
    """


def main() -> None:
    """Run a command; bad input and a failing disk print one sentence and leave with exit status 2."""
    # A command loads thousands of lasting objects: looking through them for garbage takes a tenth of a decision.
    gc.set_threshold(1_000_000)
    # Pydantic looks for plugins among all installed packages; the workbook uses none, and loading the reader of packages'
    # metadata takes a thirtieth of a decision.
    sys.modules["pydantic.plugin._loader"] = loader = ModuleType("pydantic.plugin._loader")
    loader.get_plugins = tuple
    try:
        group(prog_name="python -m lib", standalone_mode=False)
        sys.stdout.flush()
        # Nor need the interpreter look through them once more at its end.
        gc.freeze()
    except InputError as error:
        _leave(str(error), 2)
    except click.UsageError as error:
        usage = f" (try: {error.ctx.command_path} --help)" if error.ctx else ""
        _leave(error.format_message() + usage, 2)
    except click.ClickException as error:
        _leave(error.format_message(), 2)
    except (click.Abort, KeyboardInterrupt):
        _leave("stopped", 130)
    except BrokenPipeError:
        # The reader of our output (such as `head`) has left: not an error worth a traceback.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        # What is left in the buffer cannot be written either; the interpreter must not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(
            f"{error.filename or 'The output'} cannot be written or read ({(error.strerror or str(error)).lower()}).", 2
        )


def _leave(sentence: str, status: int) -> None:
    click.echo(inert(sentence), err=True)
    sys.exit(status)
