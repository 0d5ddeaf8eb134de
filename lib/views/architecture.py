"""The recommended architecture as a small drawing: what runs, what is prepared, what is watched."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from lib.arms import ARM, ARMS, KNOWING_ARMS, RETRIEVAL_ARMS, TUNED_ARMS
from lib.views.chart import ARM_COLOURS, FONT, MUTED, plain_title
from lib.views.markup import Page, attribute, caption, folded, joined, safe
from lib.views.table import Table
from lib.wording import listed

WIDTH, GAP, BOX_HEIGHT, ROW_HEIGHT = 860, 26, 88, 136
LINE = 20  # characters that fit one line of a box


@dataclass(frozen=True)
class Box:
    """One part of the drawing: its place in a row (0 from the left), its row, its name and what is in it."""

    id: str
    column: int
    row: int
    name: str
    detail: str
    kind: str = "live"


@dataclass(frozen=True)
class Diagram:
    """A drawing as SVG, with its accessible name and a sentence that tells the same in words."""

    arm: str
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[str, str], ...]
    sentence: str

    def _repr_html_(self) -> str:
        rows = sorted({box.row for box in self.boxes})
        columns = max(box.column for box in self.boxes) + 1
        width = (WIDTH - (columns - 1) * GAP) / columns
        places = {
            box.id: (box.column * (width + GAP), 8 + rows.index(box.row) * ROW_HEIGHT, width) for box in self.boxes
        }
        height = 16 + (len(rows) - 1) * ROW_HEIGHT + BOX_HEIGHT
        colour = ARM_COLOURS[self.arm]
        shapes = [_arrow(places[start], places[end]) for start, end in self.arrows]
        shapes += [_box(box, places[box.id], colour) for box in self.boxes]
        title = f"{_capital(plain_title(self.arm))}: what runs, what is prepared, what is watched"
        drawing = (
            f'<svg id="chart-architecture" role="img" aria-label="{attribute(self.sentence)}" viewBox="-2 -2 {WIDTH + 4} {height + 4}" '
            f'width="{WIDTH}" height="{height}" font-family="{attribute(FONT)}">'
            '<defs><marker id="architecture-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
            'orient="auto-start-reverse"><path class="arrow-head" d="M0 0L10 5L0 10z"/></marker></defs>'
            f"{''.join(shapes)}</svg>"
        )
        picture = Page('<figure class="chart"><figcaption>{}</figcaption>{}</figure>').format(title, Page(drawing))
        parts = Table(
            ["Part", "What it is"],
            [[box.name, box.detail] for box in self.boxes],
            "Parts of the recommended architecture",
        )
        return joined(picture, caption(self.sentence), folded("Parts of this drawing", parts))._repr_html_()


def architecture(arm: str, names: Mapping[str, str]) -> Diagram:
    """Draw ``arm``; ``names`` gives the ``base_model``, ``tuned_model``, ``embedding_model`` and ``vector_store``.

    Raises :class:`KeyError` for anything that is no arm.
    """
    if arm not in ARMS:
        raise KeyError(arm)
    boxes, arrows = _live(arm, names)
    if arm in KNOWING_ARMS:
        more, links = _knowledge(arm, names, boxes)
        boxes, arrows = boxes + more, arrows + links
    column = {box.id: box.column for box in boxes}
    if arm in TUNED_ARMS:
        model = column["model"]
        boxes += [
            Box("examples", model - 2, 2, "Training examples", "question and ideal answer", "prepared"),
            Box("training", model - 1, 2, "Training (LoRA)", "again when style or task changes", "prepared"),
            Box("weights", model, 2, "Tuned weights", "stored with their version", "prepared"),
        ]
        arrows += [("examples", "training"), ("training", "weights"), ("weights", "model")]
    boxes.append(Box("evaluation", column["answer"], 2, "Evaluation set", "run again after every change", "watched"))
    arrows.append(("evaluation", "answer"))
    return Diagram(arm, tuple(boxes), tuple(arrows), _sentence(arm, names))


def _live(arm: str, names: Mapping[str, str]) -> tuple[list[Box], list[tuple[str, str]]]:
    parts = [("question", "Question", "from the user")]
    if arm in RETRIEVAL_ARMS:
        parts.append(("search", "Search", names["embedding_model"]))
    model = names["tuned_model" if arm in TUNED_ARMS else "base_model"]
    parts += [
        ("prompt", "Prompt", ARM[arm].reads),
        ("model", "Tuned model" if arm in TUNED_ARMS else "Model", model),
        ("answer", "Answer", "with its sources, checked" if arm in KNOWING_ARMS else "checked against the schema"),
    ]
    boxes = [Box(id_, place, 1, name, detail) for place, (id_, name, detail) in enumerate(parts)]
    return boxes, [(a[0], b[0]) for a, b in pairwise(parts)]


def _knowledge(arm: str, names: Mapping[str, str], live: list[Box]) -> tuple[list[Box], list[tuple[str, str]]]:
    if arm == "long_context":
        prompt = next(box.column for box in live if box.id == "prompt")
        boxes = [
            Box("documents", prompt + 1, 0, "Documents", "the whole knowledge base", "prepared"),
            Box("cache", prompt, 0, "Prompt cache", "the fixed part, kept by the provider", "prepared"),
        ]
        return boxes, [("documents", "cache"), ("cache", "prompt")]
    search = next(box.column for box in live if box.id == "search")
    boxes = [
        Box("documents", search + 2, 0, "Documents", "read again when they change", "prepared"),
        Box("chunks", search + 1, 0, "Split and embed", names["embedding_model"], "prepared"),
        Box("store", search, 0, "Vector store", names["vector_store"], "prepared"),
    ]
    return boxes, [("documents", "chunks"), ("chunks", "store"), ("store", "search")]


def _sentence(arm: str, names: Mapping[str, str]) -> str:
    steps = []
    if arm in RETRIEVAL_ARMS:
        steps.append(f"searches the documents in {names['vector_store']}")
    if arm == "long_context":
        steps.append("puts the whole knowledge base before the question")
    model = names["tuned_model" if arm in TUNED_ARMS else "base_model"]
    steps.append(f"writes the prompt and asks {model}")
    steps.append("checks the answer before the user sees it")
    prepared = []
    if arm in RETRIEVAL_ARMS:
        prepared.append("the documents are indexed again when they change")
    if arm in TUNED_ARMS:
        prepared.append("the model is trained on examples, and again when style or task changes")
    prepared.append("the evaluation set is run again after every change")
    title = plain_title(arm)
    return f"{_capital(title)}: for every question the application {listed(steps)}; {listed(prepared)}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _box(box: Box, place: tuple[float, float, float], colour: str) -> str:
    left, top, width = place
    fill, stroke, dash = {
        "live": (colour, colour, ""),
        "prepared": ("none", colour, ""),
        "watched": ("none", MUTED, ' stroke-dasharray="5 4"'),
    }[box.kind]
    lines = textwrap.wrap(box.detail, LINE, max_lines=3, placeholder=" …") or [""]
    # White on the arms' lighter colours cannot be read, so a live part is a tint with dark text.
    opacity = ' fill-opacity="0.16"' if box.kind == "live" else ""
    middle = left + width / 2
    text = f'<text x="{middle:.1f}" y="{top + 24:.1f}" text-anchor="middle" font-size="14" font-weight="600">{safe(box.name)}</text>'
    for number, line in enumerate(lines):
        text += f'<text x="{middle:.1f}" y="{top + 43 + 16 * number:.1f}" text-anchor="middle" font-size="12">{safe(line)}</text>'
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="8" fill="{fill}"{opacity} '
        f'stroke="{stroke}" stroke-width="1.5"{dash}/>{text}'
    )


def _arrow(start: tuple[float, float, float], end: tuple[float, float, float]) -> str:
    (x1, y1, width), (x2, y2, _) = start, end
    if y1 == y2:
        left_to_right = x2 > x1
        line = (
            x1 + width if left_to_right else x1,
            y1 + BOX_HEIGHT / 2,
            x2 if left_to_right else x2 + width,
            y2 + BOX_HEIGHT / 2,
        )
    else:
        down = y2 > y1
        line = (x1 + width / 2, y1 + BOX_HEIGHT if down else y1, x2 + width / 2, y2 if down else y2 + BOX_HEIGHT)
    coordinates = "x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}'".format(*line)
    return f'<line {coordinates} stroke="{MUTED}" stroke-width="1.6" marker-end="url(#architecture-head)"/>'
