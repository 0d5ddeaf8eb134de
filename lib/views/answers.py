"""One question of the experiment: every arm's answer side by side, and the passages that it was given."""

import re
from collections.abc import Sequence
from typing import Any

from lib.experiment import ExperimentResult
from lib.views.markup import Page, folded, joined, safe
from lib.views.table import Table

MARKS = {True: "yes", False: "no", None: "–"}


def answers_page(result: ExperimentResult, question_id: str) -> Page:
    """Show one question's ideal answer, every arm's answer, and the passages with the wanted value highlighted.

    Args:
        result: a finished run.
        question_id: one of its questions'.
    """
    answers = [row for row in result.record["answers"] if row["question_id"] == question_id]
    facts = result.record.get("questions", {}).get(question_id, {})
    wanted, old = facts.get("must_contain") or [facts.get("value", "")], facts.get("old_value", "")
    pages = facts.get("document_ids", ())
    rows = [
        [
            result.arms[row["arm"]]["title"],
            joined(highlighted(row["answer"], wanted, old), _passages(result, row, pages, wanted, old)),
            MARKS[row["fact"] if row["fact"] is not None else row["refusal"]],
            MARKS[row["style"]],
        ]
        for row in answers
    ]
    strong = [place for place, row in enumerate(answers) if row["right"]]
    columns = ["Arm", "Its answer", "Fact or refusal right", "Style kept"]
    outdated = "; struck through is the one that was true when the model was tuned" if old else ""
    return joined(
        Page("<p><strong>{}</strong><br>The ideal answer: {}</p>").format(
            safe(answers[0]["question"]), safe(answers[0]["expected"])
        ),
        Table(columns, rows, "What every arm answered", strong=strong, centre=[2, 3]),
        Page('<p class="muted">{}</p>').format(
            f"Highlighted is the value that a right answer must hold{outdated}. "
            "A marked row is right in substance and in style."
        ),
    )


def highlighted(text: str, wanted: Sequence[str], old: str = "") -> Page:
    """Escape ``text`` and mark the wanted values in it, and the outdated one in another way."""
    kinds = {value.lower(): "wanted" for value in wanted if value} | ({old.lower(): "old"} if old else {})
    if not kinds:
        return Page(safe(text))
    longest_first = sorted(kinds, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    return Page("").join(
        Page('<mark class="{}">{}</mark>').format(kinds[part.lower()], safe(part)) if place % 2 else safe(part)
        for place, part in enumerate(pattern.split(text))
    )


def _passages(
    result: ExperimentResult, row: dict[str, Any], right: Sequence[str], wanted: Sequence[str], old: str
) -> Page:
    passages = [result.record["passages"][id_] for id_ in row.get("passage_ids", ())]
    if not passages:
        return Page("")
    searches = row.get("searches", 0)
    title = f"{len(passages)} passages" + (f", found in {searches} searches" if searches > 1 else "")
    shown = [
        Page('<div class="passage{}"><strong>{} [{}]</strong>{}<br>{}</div>').format(
            " right" if passage["document_id"] in right else "",
            safe(passage["title"]),
            safe(passage["document_id"]),
            Page(' <span class="tag">from a right page</span>') if passage["document_id"] in right else "",
            highlighted(passage["text"], wanted, old),
        )
        for passage in passages
    ]
    return folded(title, joined(*shown))
