"""The report in five slides: the answer, why, what it costs, the plan, what could change it."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Inches, Pt

from lib.report.case import Case, report_title
from lib.report.exporter import DEFAULT_COLOUR
from lib.report.opening import cards, first_decisions, meaning, warnings
from lib.report.sections import assumptions
from lib.text import inert
from lib.views.decision import costs_table
from lib.views.field_words import field_label
from lib.views.plan import steps_table
from lib.views.table import Table
from lib.wording import arm_title

WIDTH, HEIGHT, EDGE = Inches(13.333), Inches(7.5), Inches(0.6)
TITLE_ONLY = 5
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_pptx(case: Case, path: Path) -> None:
    """Write the slides of ``case`` to ``path``; the same case gives the same bytes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    told, date = deck.core_properties, datetime.fromisoformat(case.date)
    told.title, told.author, told.last_modified_by = report_title(case.client), case.client.report.prepared_by or "", ""
    told.created = told.modified = date
    decision = case.decision
    answer = Table(["What", "Figure", "Meaning"], cards(case), "")
    _slide(case, deck, f"{case.client.client.name}: {arm_title(decision.recommendation)}", [meaning(case)], answer)
    _slide(case, deck, "Why", [*decision.reasons, *warnings(case)])
    _slide(case, deck, "What it costs: expected, and where eight of ten draws lie", [], costs_table(case.decision))
    _slide(
        case, deck, "The plan and the first step", first_decisions(case), _short(steps_table(case.roadmap, case.money))
    )
    ask = [f"To find out: {field_label(question.field)}. {question.why}" for question in decision.ask_next[:5]]
    _slide(case, deck, "What could change the answer", ask, assumptions(case))
    path.write_bytes(_without_clock(deck))


def _short(steps: Table) -> Table:
    """Leave out of the steps what no slide has room for: what each leaves behind, and hours beside the cost."""
    kept = (0, 2, 3, 5)
    return Table([steps.columns[place] for place in kept], [[row[place] for place in kept] for row in steps.rows], "")


def _slide(case: Case, deck: Any, title: str, texts: Sequence[str], table: Table | None = None) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = EDGE, Inches(0.3), WIDTH - 2 * EDGE, Inches(0.9)
    colour = RGBColor.from_string((case.client.report.colour or DEFAULT_COLOUR).removeprefix("#"))
    _fill(head.text_frame, [title], 26, colour)
    if texts:
        box = slide.shapes.add_textbox(EDGE, Inches(1.2), WIDTH - 2 * EDGE, Inches(0.4 * len(texts)))
        _fill(box.text_frame, texts, 14 if len(texts) < 9 else 11)
    if table:
        top = Inches(1.3 + 0.5 * len(texts))
        shape = slide.shapes.add_table(
            len(table.rows) + 1, len(table.columns), EDGE, top, WIDTH - 2 * EDGE, Inches(0.3)
        )
        for place, row in enumerate(table.texts):
            for cell, text in zip(shape.table.rows[place].cells, row, strict=True):
                _fill(cell.text_frame, [text], 11 if len(table.rows) < 10 else 9)


def _fill(frame: Any, texts: Sequence[str], size: int, colour: RGBColor | None = None) -> None:
    frame.word_wrap = True
    for place, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
        run = paragraph.add_run()
        run.text, run.font.size = inert(text), Pt(size)
        if colour is not None:
            run.font.color.rgb = colour


def _without_clock(deck: Any) -> bytes:
    """Pack the slides anew with one date on every part."""
    made, packed = io.BytesIO(), io.BytesIO()
    deck.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
