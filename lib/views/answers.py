"""One question of the experiment: every arm's answer side by side, and the passages that it was given."""

import re
from collections.abc import Sequence

from lib.experiment import ExperimentResult
from lib.experiment.record import AnswerRow
from lib.views.markup import Page, folded, joined, safe
from lib.views.table import Table

MARKS = {True: "yes", False: "no", None: "–"}


def answers_page(result: ExperimentResult, question_id: str) -> Page:
    """Show one question's ideal answer, every arm's answer, and the passages with the wanted value highlighted."""
    answers = [
        row for row in result.record.answers if row.question_id == question_id and row.seed == _first(result, row)
    ]
    facts = result.record.questions[question_id]
    wanted, old = [*facts.values, *facts.must_contain], facts.old_values
    rows = [
        [
            result.arms[row.arm].title,
            joined(highlighted(row.answer, wanted, old), _passages(result, row, facts.document_ids, wanted, old)),
            MARKS[row.scores["substance"]],
            MARKS[row.scores["style"]],
            MARKS[row.scores["cited"]],
        ]
        for row in answers
    ]
    strong = [place for place, row in enumerate(answers) if row.scores["right"]]
    columns = ["Arm", "Its answer", "Fact or refusal right", "Style kept", "Right page cited"]
    outdated = "; struck through is the one that was true when the model was tuned" if old else ""
    return joined(
        Page("<p><strong>{}</strong><br>The ideal answer: {}</p>").format(safe(facts.question), safe(facts.answer)),
        Table(columns, rows, "What every arm answered", strong=strong, centre=[2, 3, 4]),
        Page('<p class="muted">{}</p>').format(
            f"Highlighted is the value that a right answer must hold{outdated}. "
            "A marked row is right in substance and in style."
        ),
    )


def highlighted(text: str, wanted: Sequence[str], old: Sequence[str] = ()) -> Page:
    """Escape ``text`` and mark the wanted values in it, and outdated ones in another way."""
    kinds = {value.lower(): "old" for value in old} | {value.lower(): "wanted" for value in wanted if value}
    if not kinds:
        return Page(safe(text))
    longest_first = sorted(kinds, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    return Page("").join(
        Page('<mark class="{}">{}</mark>').format(kinds[part.lower()], safe(part)) if place % 2 else safe(part)
        for place, part in enumerate(pattern.split(text))
    )


def _passages(
    result: ExperimentResult, row: AnswerRow, right: Sequence[str], wanted: Sequence[str], old: Sequence[str]
) -> Page:
    passages = [result.record.passages[id_] for id_ in row.passage_ids]
    if not passages:
        return Page("")
    title = f"Passages read: {len(passages)}" + (f", found in {row.searches} searches" if row.searches > 1 else "")
    shown = [
        Page('<div class="passage{}"><strong>{} [{}]</strong>{}<br>{}</div>').format(
            " right" if passage.document_id in right else "",
            safe(passage.title),
            safe(passage.document_id),
            Page(' <span class="tag">from a right page</span>') if passage.document_id in right else "",
            highlighted(passage.text, wanted, old),
        )
        for passage in passages
    ]
    return folded(title, joined(*shown))


def _first(result: ExperimentResult, row: AnswerRow) -> int:
    """Return the first seed that the row's arm was answered with."""
    return min(each.seed for each in result.record.answers if each.arm == row.arm)
