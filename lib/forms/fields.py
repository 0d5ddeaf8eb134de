"""One row of the form for each field of the client file, made from its :class:`FieldSpec` alone.

A row is a view of one field of a :class:`ClientState`: what a person does in it calls ``state.set`` or
``state.clear``, and :meth:`FieldRow.redraw` shows what the state then holds.
"""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from lib.client.facts import field_specs
from lib.client.field import FieldSpec
from lib.forms.slider_scale import SliderScale
from lib.forms.state import ClientState
from lib.forms.typed import read_typed
from lib.views.field_words import choice_words, default_of, value_words, written
from lib.views.markup import Page, render
from lib.wording import arm_title

NOT_ANSWERED = "Not answered"
BUTTONS_AT_MOST = 3
RANGE_HINT = "A number, or a range as low / likely / high; empty = not answered."


class FieldRow(ABC):
    """The widgets of one field: its control, a button that takes the answer back, and a line of help."""

    def __init__(self, path: str, state: ClientState) -> None:
        """Build the row for the field ``path`` and show what ``state`` holds."""
        self.path = path
        self.state = state
        self.spec = field_specs()[path]
        self.default = default_of(path)
        self.help = widgets.HTML()
        self.clear_button = widgets.Button(
            icon="times", tooltip=f"Take back the answer to {self.spec.label}", layout=_CLEAR_LAYOUT
        )
        self.clear_button.on_click(lambda _: self.state.clear(self.path))
        self._drawing = False
        self.controls = self._controls()
        row = widgets.HBox([*self._laid_out(), self.clear_button], layout=_ROW_LAYOUT)
        self.widget = widgets.VBox([row, self.help], layout=_FIELD_LAYOUT)
        self.widget.add_class("decision-field")
        self.redraw()

    @property
    def value(self) -> Any:
        """Give the answered value, else the default that is assumed."""
        return self.state.values.get(self.path, self.default)

    def enter(self, value: Any) -> None:
        """Take what a person entered; nothing happens while the row is being redrawn."""
        if not self._drawing:
            self.state.set(self.path, value)

    def redraw(self) -> None:
        """Show the state's value, whether it is assumed, and the field's error."""
        self._drawing = True
        try:
            self._show(self.value, self.state.answered(self.path))
        finally:
            self._drawing = False
        answered, error = self.state.answered(self.path), self.state.error(self.path)
        # A refused value can be taken back too; the name cannot, because a client needs one.
        removable = (answered and self.path != "client.name") or error
        self.clear_button.layout = _CLEAR_LAYOUT if removable else _HIDDEN_LAYOUT
        html = self._help_line(answered, error).inside_widget()
        if self.help.value != html:
            self.help.value = html
        _mark(self.widget, "decision-answered", answered)
        _mark(self.widget, "decision-refused", bool(error))

    def _help_line(self, answered: bool, error: str) -> Page:
        assumed = None if answered else value_words(self.path, self.default)
        return render("field_help.html", help=self.spec.help, assumed=assumed, error=error)

    def _laid_out(self) -> list[widgets.Widget]:
        return self.controls

    @abstractmethod
    def _controls(self) -> list[widgets.Widget]:
        """Build the control of this kind of field."""

    @abstractmethod
    def _show(self, value: Any, answered: bool) -> None:
        """Show a value in the control."""

    def _watch(self, control: widgets.Widget, read: Callable[[Any], Any]) -> widgets.Widget:
        control.observe(lambda change: self.enter(read(change.new)), "value")
        return control

    @property
    def _described(self) -> dict[str, Any]:
        told = self.spec.unit in ("", "share") or self.spec.unit in self.spec.label.lower()
        unit = "" if told else f" ({self.spec.unit})"
        return {"description": self.spec.label + unit, "style": {"description_width": "initial"}}


class NumberRow(FieldRow):
    """A box to type in (also a range or ``never``) and a slider to explore with."""

    def _controls(self) -> list[widgets.Widget]:
        self.scale = SliderScale(self.spec, self.default)
        never = " Or the word never." if self.spec.never else ""
        self.box = widgets.Text(
            continuous_update=False, tooltip=RANGE_HINT + never, layout=_BOX_LAYOUT, **self._described
        )
        self.slider = widgets.IntSlider(
            min=0, max=self.scale.last, readout=False, tooltip=f"Move {self.spec.label}", layout=_SLIDER_LAYOUT
        )
        self._watch(self.box, lambda text: read_typed(self.spec, text))
        self._watch(self.slider, self.scale.value)
        return [_control(self.box), self.slider]

    def _show(self, value: Any, answered: bool) -> None:
        if self.path not in self.state.errors:
            self.box.value = written(self.spec, value if answered else None)
        self.box.placeholder = written(self.spec, self.default)
        self.slider.value = self.scale.position(value)
        # Moving the slider of a range would throw its ends away.
        self.slider.disabled = isinstance(value, dict)


class WordsRow(FieldRow):
    """Radio buttons or a list for the few values of a choice or of yes and no, with *not answered* among them."""

    def _controls(self) -> list[widgets.Widget]:
        # A widget takes the value None for "nothing is selected", so the absent answer has a value of its own.
        options = [*_options(self.spec), (NOT_ANSWERED, NOT_ANSWERED)]
        kind = widgets.RadioButtons if len(options) - 1 <= BUTTONS_AT_MOST else widgets.Dropdown
        tooltip = self.spec.help
        self.choice = kind(options=options, value=NOT_ANSWERED, tooltip=tooltip, layout=_WIDE_LAYOUT, **self._described)
        self._watch(self.choice, lambda value: None if value == NOT_ANSWERED else value)
        return [_control(self.choice)]

    def _show(self, value: Any, answered: bool) -> None:
        self.choice.value = value if answered else NOT_ANSWERED


class OutcomesRow(FieldRow):
    """One list of words for each key of a mapping, with *not answered* among them."""

    def _controls(self) -> list[widgets.Widget]:
        options = [*_options(self.spec), (NOT_ANSWERED, NOT_ANSWERED)]
        self.choices = {
            key: widgets.Dropdown(
                options=options,
                value=NOT_ANSWERED,
                tooltip=self.spec.help,
                layout=_WIDE_LAYOUT,
                description=f"{self.spec.label}: {arm_title(key)}",
                style={"description_width": "initial"},
            )
            for key in self.spec.keys
        }
        for choice in self.choices.values():
            self._watch(choice, lambda _: self._read())
        return [_control(choice) for choice in self.choices.values()]

    def _laid_out(self) -> list[widgets.Widget]:
        return [widgets.VBox(self.controls, layout=_WIDE_LAYOUT)]

    def _read(self) -> dict[str, str] | None:
        return {key: choice.value for key, choice in self.choices.items() if choice.value != NOT_ANSWERED} or None

    def _show(self, value: dict[str, str] | None, answered: bool) -> None:
        for key, choice in self.choices.items():
            choice.value = (value or {}).get(key, NOT_ANSWERED)


class TextRow(FieldRow):
    """A box for text, or one line each for a list."""

    def _controls(self) -> list[widgets.Widget]:
        kind = widgets.Textarea if self.spec.kind == "list" else widgets.Text
        self.box = kind(continuous_update=False, tooltip=self.spec.help, layout=_WIDE_LAYOUT, **self._described)
        self.box.placeholder = "one on each line" if self.spec.kind == "list" else written(self.spec, self.default)
        self._watch(self.box, lambda text: read_typed(self.spec, text))
        return [_control(self.box)]

    def _show(self, value: Any, answered: bool) -> None:
        if self.path not in self.state.errors:
            self.box.value = written(self.spec, value if answered else None)


class DateRow(FieldRow):
    """A calendar for a date."""

    def _controls(self) -> list[widgets.Widget]:
        self.date = widgets.DatePicker(tooltip=self.spec.help, layout=_WIDE_LAYOUT, **self._described)
        self._watch(self.date, lambda value: value)
        return [_control(self.date)]

    def _show(self, value: datetime.date | None, answered: bool) -> None:
        self.date.value = value if answered else None


ROWS = {
    "number": NumberRow,
    "truth": WordsRow,
    "choice": WordsRow,
    "outcomes": OutcomesRow,
    "text": TextRow,
    "colour": TextRow,
    "currency": TextRow,
    "list": TextRow,
    "date": DateRow,
}


def field_row(path: str, state: ClientState) -> FieldRow:
    """Make the row that fits the kind of the field ``path``."""
    return ROWS[field_specs()[path].kind](path, state)


def _options(spec: FieldSpec) -> list[tuple[str, Any]]:
    if spec.kind == "truth":
        return [("Yes", True), ("No", False)]
    return [(choice_words(word).capitalize(), word) for word in spec.choices]


def _control(widget: widgets.Widget) -> widgets.Widget:
    widget.add_class("decision-control")
    return widget


def _mark(widget: widgets.Widget, name: str, wanted: bool) -> None:
    """Add or remove a class, without a message to the browser where nothing changes."""
    if wanted != (name in widget._dom_classes):
        (widget.add_class if wanted else widget.remove_class)(name)


# Shared by all rows: a layout of its own for each widget would double what the browser has to load.
_ROW_LAYOUT = widgets.Layout(align_items="flex-end", width="100%")
_FIELD_LAYOUT = widgets.Layout(width="100%", padding="4px 0 8px 10px")
_BOX_LAYOUT = widgets.Layout(width="45%", min_width="130px")
_WIDE_LAYOUT = widgets.Layout(width="100%", flex="1 1 auto")
_SLIDER_LAYOUT = widgets.Layout(flex="1 1 auto", width="auto", min_width="100px")
_CLEAR_LAYOUT = widgets.Layout(width="32px", flex="0 0 auto")
_HIDDEN_LAYOUT = widgets.Layout(width="32px", flex="0 0 auto", visibility="hidden")
