"""All client files of a folder with what the workbook recommends for each."""

from dataclasses import dataclass
from pathlib import Path

from lib.arms import ARM
from lib.client import ClientFile, load_client
from lib.decision import Decision, decide
from lib.errors import InputError
from lib.paths import CLIENTS
from lib.views.markup import Page, caption, with_note
from lib.views.table import Table
from lib.wording import arm_title, listed, probability, share


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


def clients_table(rows: list[ClientRow]) -> Table:
    """Set the clients side by side: recommendation, stability, agreement and runner-up."""
    columns = ["Client", "Recommendation", "Stability", "Guides agreeing", "Runner-up"]
    return Table(columns, list(map(_row, rows)), f"{len(rows)} clients and what the workbook recommends for each")


def clients_caption(rows: list[ClientRow]) -> Page:
    """Say in words how often each arm is the answer."""
    answers = [row.decision.recommendation for row in rows if row.decision]
    counts = {answer: answers.count(answer) for answer in sorted(set(answers), key=lambda word: -answers.count(word))}
    got = [f"{count} {'gets' if count == 1 else 'get'} {arm_title(answer)}" for answer, count in counts.items()]
    refused = len(rows) - len(answers)
    more = f" {refused} could not be decided; the table says why." if refused else ""
    return caption(f"Of {len(answers)} clients, {listed(got)}.{more}")


def arms_explained() -> Table:
    """List the arms with what each means, from the simplest to the most complex."""
    rows = [[arm.title, arm.id, arm.meaning] for arm in ARM.values()]
    title = "The architectures, from the simplest to the most complex; a tie goes to the simpler one"
    return Table(["Architecture", "In files", "What it is"], rows, title)


def _row(row: ClientRow) -> list:
    name = with_note(row.client.client.name, row.client.client.use_case) if row.client else row.path.stem
    if row.decision is None:
        return [name, Page('<span class="error">⚠ {}</span>').format(row.problem), "–", "–", "–"]
    decision, title = row.decision, arm_title(row.decision.recommendation)
    return [
        name,
        title if not decision.unproven else with_note(title, "unproven", "tag"),
        probability(decision.stability),
        "none to agree on" if decision.agreement is None else share(decision.agreement),
        arm_title(decision.runner_up) if decision.runner_up else "none",
    ]


def _decided(path: Path) -> ClientRow:
    client = None
    try:
        client = load_client(path)
        return ClientRow(path, client, decide(client, with_counterfactuals=False))
    except InputError as error:
        return ClientRow(path, client, None, str(error))
