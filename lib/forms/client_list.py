"""All client files of a folder with what the workbook recommends for each."""

from dataclasses import dataclass
from pathlib import Path

from lib.arms import ARM
from lib.client import ClientFile, load_client
from lib.decision import Decision, decide
from lib.errors import InputError
from lib.forms.markup import Page, render
from lib.paths import CLIENTS


@dataclass(frozen=True)
class ClientRow:
    """One client file: its decision, or the sentence that says why there is none."""

    path: Path
    client: ClientFile | None
    decision: Decision | None
    problem: str = ""


def decided_clients(folder: Path = CLIENTS) -> list[ClientRow]:
    """Decide for every client file of ``folder``, by name; one that is refused costs no other its answer."""
    return [_decided(path) for path in sorted(folder.glob("*.yaml"))]


def clients_table(rows: list[ClientRow]) -> Page:
    """Give the clients side by side: recommendation, confidence, agreement and runner-up."""
    return render("clients.html", rows=rows)


def clients_read_aloud(rows: list[ClientRow]) -> Page:
    """Read the clients' table aloud: how often each arm is the answer."""
    answers = [row.decision.recommendation for row in rows if row.decision]
    counts = {answer: answers.count(answer) for answer in sorted(set(answers), key=lambda word: -answers.count(word))}
    return render("clients_read_aloud.html", counts=counts, total=len(answers), refused=len(rows) - len(answers))


def arms_explained() -> Page:
    """Give the arms with what each means, from the simplest to the most complex."""
    return render("arms_explained.html", arms={arm.id: arm.meaning for arm in ARM.values()})


def _decided(path: Path) -> ClientRow:
    client = None
    try:
        client = load_client(path)
        return ClientRow(path, client, decide(client, with_flips=False))
    except InputError as error:
        return ClientRow(path, client, None, str(error))
