"""One question of the experiment: every arm's answer side by side, and the passages that it was given."""

import re
from typing import Any

from markupsafe import Markup

from lib.experiment import ExperimentResult
from lib.forms.markup import Page, render, safe

_MARKS = {True: "yes", False: "no", None: "–"}


def answers_page(result: ExperimentResult, question_id: str) -> Page:
    """Show one question's ideal answer, every arm's answer, and the passages with the wanted value highlighted.

    Args:
        result: a finished run.
        question_id: one of its questions'.
    """
    rows = [row for row in result.record["answers"] if row["question_id"] == question_id]
    facts = result.record.get("questions", {}).get(question_id, {})
    wanted = facts.get("must_contain") or [facts.get("value", "")]
    old = facts.get("old_value", "")
    answers = [
        {
            "title": result.arms[row["arm"]]["title"],
            "text": highlighted(row["answer"], wanted, old),
            "fact": _MARKS[row["fact"] if row["fact"] is not None else row["refusal"]],
            "style": _MARKS[row["style"]],
            "right": bool(row["right"]),
            "searches": row.get("searches", 0),
            "passages": [
                _passage(result, id_, facts.get("document_ids", ()), wanted, old) for id_ in row.get("passage_ids", ())
            ],
        }
        for row in rows
    ]
    return render("answers.html", question=rows[0], answers=answers, old=old)


def highlighted(text: str, wanted: list[str], old: str = "") -> Markup:
    """Escape ``text`` and mark the wanted values in it, and the outdated one in another way."""
    kinds = {value.lower(): "wanted" for value in wanted if value} | ({old.lower(): "old"} if old else {})
    if not kinds:
        return safe(text)
    longest_first = sorted(kinds, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    parts = pattern.split(text)
    return Markup("").join(
        Markup('<mark class="{}">{}</mark>').format(kinds[part.lower()], safe(part)) if place % 2 else safe(part)
        for place, part in enumerate(parts)
    )


def _passage(
    result: ExperimentResult, id_: str, right: list[str] | tuple[str, ...], wanted: list[str], old: str
) -> dict[str, Any]:
    passage = result.record["passages"][id_]
    return {
        "title": passage["title"],
        "id": passage["document_id"],
        "right": passage["document_id"] in right,
        "text": highlighted(passage["text"], wanted, old),
    }
