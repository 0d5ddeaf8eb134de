"""A run as text and as a small page of HTML; text from outside is escaped."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from lib.experiment.result.result import ExperimentResult

# In line, because the page may be shown where no style sheet of ours is. Names and shares stay on one line,
# titles of columns may break.
_CELL = "padding:0.25em 0.5em;border-bottom:1px solid #e1e5ea;vertical-align:bottom;"
_NAME = f"{_CELL}text-align:left;font-weight:500;white-space:nowrap;"
_TITLE = f"{_CELL}text-align:right;"
_NUMBER = f"{_TITLE}font-variant-numeric:tabular-nums;white-space:nowrap;"


def as_text(result: "ExperimentResult") -> str:
    """Write the overview and the seconds by stage."""
    stages = result.record.get("seconds") or {}
    seconds = "\n".join(f"{name:45} {value:8.1f} s" for name, value in stages.items())
    together = f"{'together':45} {sum(stages.values()):8.1f} s"
    parts = [heading(result), result.overview().to_string(), result.legend(), f"{seconds}\n{together}"]
    return "\n\n".join(parts)


def as_html(result: "ExperimentResult") -> str:
    """Write the heading, the overview and what its marks mean."""
    return f"<p>{html.escape(heading(result))}</p>{table_html(result.overview())}<p>{html.escape(result.legend())}</p>"


def heading(result: "ExperimentResult") -> str:
    """Say what was asked of whom, as far as the record knows."""
    sample, model = result.record.get("sample") or {}, result.record["model"]
    asked = (
        f"{sample['questions']:,} questions"
        if "questions" in sample
        else f"{len(result.outcomes.questions):,} questions"
    )
    pages = f" on {sample['documents']:,} pages of {sample['name']}" if "documents" in sample else ""
    parameters = model.get("parameters")
    size = f" ({parameters / 1e6:,.1f} million parameters)" if parameters else ""
    return f"Run {result.id}: {asked}{pages}, answered by {model.get('name', 'a model')}{size}."


def table_html(frame: "pd.DataFrame") -> str:
    """Write a frame of texts as a table: its index names the rows and is never squeezed."""
    head = _row([str(frame.index.name or ""), *map(str, frame.columns)], "th", "col")
    cells = zip(frame.index, frame.to_numpy().tolist(), strict=True)
    body = "".join(_row([str(title), *map(str, row)], "td", "row") for title, row in cells)
    return (
        '<div style="overflow-x:auto"><table class="experiment" style="border-collapse:collapse;font-size:0.875em">'
        f"<thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )


def _row(texts: Sequence[str], tag: str, scope: str) -> str:
    first, *others = (html.escape(text) for text in texts)
    of, style = (' scope="col"', _TITLE) if scope == "col" else ("", _NUMBER)
    cells = "".join(f'<{tag}{of} style="{style}">{text}</{tag}>' for text in others)
    return f'<tr><th scope="{scope}" style="{_NAME}">{first}</th>{cells}</tr>'
