"""The report in five slides: the answer, why, what it costs, the plan, what could change it."""

import io
import math
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from lib.costs.overview import NOT_INCLUDED
from lib.report.case import Case, report_title, running_words
from lib.report.exporter import DEFAULT_COLOUR
from lib.report.opening import cards, first_decisions, meaning, warnings
from lib.report.sections import assumptions
from lib.text import inert
from lib.views.decision import costs_table
from lib.views.field_words import field_label
from lib.views.plan import steps_table
from lib.views.table import Table
from lib.wording import arm_title, listed

WIDTH, HEIGHT, EDGE, TOP, GAP, FOOT = 13.33, 7.5, 0.6, 1.0, 0.1, 7.05
"""Of a slide, in inches: its size, its margin, where its contents begin, are parted and end."""
SIZES = (26, 20, 18, 16, 14)
"""Points that a text may have; titles may have the most, tables and footers have the least."""
TITLE_ONLY, PLAIN_GRID = 5, "{5940675A-B579-460E-94D1-54222C63F5DA}"
INK, PALE = RGBColor(0x1F, 0x29, 0x33), RGBColor(0xF3, 0xF5, 0xF7)
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_pptx(case: Case, path: Path) -> None:
    """Write the slides of ``case`` to ``path``; the same case gives the same bytes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    told, date = deck.core_properties, datetime.fromisoformat(case.date)
    told.title, told.author, told.last_modified_by = report_title(case.client), case.client.report.prepared_by or "", ""
    told.created = told.modified = date
    decision, name = case.decision, case.client.client.name
    outside = f"Not included in any figure: {listed(list(NOT_INCLUDED))}."
    steps = _kept(steps_table(case.roadmap, case.money), 0, 3, 5)
    ask = [f"{field_label(question.field)}: {question.why}" for question in decision.ask_next[:5]]
    answer, costs = Table(["What", "Figure", "Meaning"], cards(case), ""), _kept(costs_table(decision), 0, 1, 2, 4)
    # Of every slide its title, its texts, its table, and how wide the columns are beside one another.
    for told in (
        (f"{name}: {arm_title(decision.recommendation)}", [meaning(case)], answer, (3, 2, 7)),
        ("Why, and what to know before signing", [*decision.reasons, *warnings(case)]),
        ("What it costs, and where eight of ten draws lie", [outside], costs, (2, 3, 3, 3)),
        ("The plan and the first step", first_decisions(case), steps, (9, 2, 2)),
        ("What to find out, and what could change the answer", ask, _kept(assumptions(case), 0, 1, 2, 3), (1, 1, 1, 1)),
    ):
        _slide(case, deck, *told)
    path.write_bytes(_without_clock(deck))


def _kept(table: Table, *kept: int) -> Table:
    """Leave out of a table what no slide has room for; the report has it."""
    rows = [[row[place] for place in kept] for row in table.rows]
    right = [place for place, old in enumerate(kept) if old in table.right]
    return Table([table.columns[place] for place in kept], rows, "", right, table.strong)


def _slide(
    case: Case, deck: Any, title: str, texts: Sequence[str], table: Table | None = None, parts: Sequence[int] = ()
) -> None:
    """Add a slide: a title, paragraphs as large as there is room, a table whose columns are as wide as ``parts``."""
    slide, wide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY]), WIDTH - 2 * EDGE
    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(WIDTH), Inches(0.14))
    bar.fill.solid()
    bar.fill.fore_color.rgb = RGBColor.from_string((case.client.report.colour or DEFAULT_COLOUR).removeprefix("#"))
    bar.line.fill.background()
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = map(Inches, (EDGE, 0.25, wide, 0.7))
    _fill(head.text_frame, [title], _fitting([title], wide, 0.7))
    widths = [wide * part / sum(parts) for part in parts]
    cells = [zip(row, widths, strict=True) for row in table.texts] if table else []
    rows = [max(_high([text], width - 0.2, SIZES[-1]) for text, width in row) for row in cells]
    room = FOOT - TOP - GAP - sum(rows)
    size = _fitting(texts, wide, room, SIZES[1:])
    box = slide.shapes.add_textbox(*map(Inches, (EDGE, TOP, wide, _high(texts, wide, size))))
    _fill(box.text_frame, texts, size, bullet="• " if len(texts) > 1 else "")
    if table:
        place = (EDGE, TOP + GAP + _high(texts, wide, size), wide, sum(rows))
        shown = slide.shapes.add_table(len(rows), len(widths), *map(Inches, place))
        shown._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId")).text = PLAIN_GRID
        for column, width in zip(shown.table.columns, widths, strict=True):
            column.width = Inches(width)
        for number, (row, high, texts_) in enumerate(zip(shown.table.rows, rows, table.texts, strict=True)):
            row.height = Inches(high)
            for column, (cell, text) in enumerate(zip(row.cells, texts_, strict=True)):
                cell.margin_top = cell.margin_bottom = Inches(0.02)
                strong = number == 0 or number - 1 in table.strong
                cell.fill.solid()
                cell.fill.fore_color.rgb = PALE if strong else RGBColor(0xFF, 0xFF, 0xFF)
                _fill(cell.text_frame, [text], SIZES[-1], strong, column in table.right)
    foot = slide.shapes.add_textbox(*map(Inches, (EDGE, FOOT, wide, 0.35)))
    _fill(foot.text_frame, [f"{running_words(case.client)}   {len(deck.slides)} of 5"], SIZES[-1], right=True)


def _fitting(texts: Sequence[str], width: float, room: float, sizes: Sequence[int] = SIZES) -> int:
    return next((size for size in sizes if _high(texts, width, size) <= room), SIZES[-1])


def _high(texts: Sequence[str], width: float, size: int) -> float:
    """Return about how high (inches) paragraphs of that size (points) stand in that width (inches), rather too high."""
    letters = width * 72 / (0.6 * size)
    return sum(max(1, math.ceil(len(text) / letters)) * size / 60 + 0.04 for text in texts)


def _fill(
    frame: Any, texts: Sequence[str], size: int, bold: bool = False, right: bool = False, bullet: str = ""
) -> None:
    frame.word_wrap = True
    for place, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
        paragraph.alignment, paragraph.space_after = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT, Pt(3 if bullet else 0)
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold = bullet + inert(text), Pt(size), bold
        run.font.color.rgb = INK


def _without_clock(deck: Any) -> bytes:
    """Pack the slides anew with one date on every part."""
    made, packed = io.BytesIO(), io.BytesIO()
    deck.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
