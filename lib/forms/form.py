"""The client file as one form: the fields that decide first, then every section, all of it by keyboard.

The page is drawn by ``form.js`` with native controls from what this widget sends: the fields, and for each of them
what is shown of the state. What a person does comes back as a message and goes to the :class:`ClientState`.
"""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.field import FieldSpec
from lib.forms.slider_scale import SliderScale
from lib.forms.state import ClientState
from lib.prices import offered
from lib.views.field_words import choice_words, default_of, said, section_help, section_title, value_words, written
from lib.wording import arm_title

SECTIONS = ("knowledge", "behaviour", "traffic", "training_data", "evidence", "risk", "latency", "money", "constraints")
"""Sections in the order in which they are offered; those not named here follow."""
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY", "AUD", "CAD", "INR")
YES_NO = {"yes": True, "no": False}


class ClientForm(anywidget.AnyWidget):
    """The form over a state; ``brief`` offers the deciding fields alone."""

    _esm = Path(__file__).with_name("form.js")
    fields = traitlets.List().tag(sync=True)
    sections = traitlets.List().tag(sync=True)
    rows = traitlets.Dict().tag(sync=True)
    asked = traitlets.List().tag(sync=True)

    def __init__(self, state: ClientState, brief: bool = False) -> None:
        """Show what the state holds and follow it from then on."""
        names = [*SECTIONS, *(name for name in ClientFile.model_fields if name not in SECTIONS)]
        self.state = state
        self._seen: dict[str, tuple] = {}
        self._scales: dict[str, SliderScale] = {
            path: SliderScale(spec, default_of(path)) for path, spec in field_specs().items() if spec.kind == "number"
        }
        super().__init__(
            fields=[self._field(path, spec) for path, spec in field_specs().items() if spec.deciding or not brief],
            sections=[
                {"name": name, "title": section_title(name), "help": section_help(name)} for name in names if not brief
            ],
        )
        self.on_msg(lambda _, content, __: self.take(content))
        state.observe(lambda _: self.redraw(), ["values", "errors", "problem"])
        state.observe(lambda _: self._ask(), "decision")
        self.redraw()
        self._ask()

    def take(self, done: dict[str, Any]) -> None:
        """Do what a person did: ``{path, text}``, ``step``, ``range``, ``choice``, or ``key`` with ``choice``.

        An empty ``choice`` or text takes the answer back; ``range`` makes a range of a number, or a number of a range.
        """
        path = done["path"]
        if "text" in done:
            self.state.type(path, done["text"])
        elif "step" in done:
            self.state.set(path, self._scales[path].value(int(done["step"])))
        elif "range" in done:
            value = self.state.values.get(path, default_of(path))
            self.state.set(path, self._scales[path].around(value) if done["range"] else value["likely"])
        elif "key" in done:
            kept = {**(self.state.values.get(path) or {}), done["key"]: done["choice"]}
            self.state.set(path, {key: word for key, word in kept.items() if word} or None)
        else:
            choice = done["choice"] or None
            self.state.set(path, YES_NO.get(choice, choice) if field_specs()[path].kind == "truth" else choice)
        if path in self.state.errors:
            # A refused text has to come back too, although no value changed.
            self.redraw()

    def redraw(self) -> None:
        """Show the state: text, position, what is assumed or understood, errors; a row is made anew where it may differ."""
        state, before = self.state, self._seen
        paths = [field["path"] for field in self.fields]
        self._seen = {path: (state.values.get(path), state.refused.get(path), state.error(path)) for path in paths}
        rows = {
            path: self.rows[path] if before.get(path) == seen else self._row(path) for path, seen in self._seen.items()
        }
        if rows != self.rows:
            self.rows = rows

    def _ask(self) -> None:
        found = getattr(self.state.decision, "ask_next", ())
        asked = [getattr(item, "field", item) for item in found]
        self.asked = [path for path in asked if path in self.rows and not field_specs()[path].deciding]

    def _row(self, path: str) -> dict[str, Any]:
        spec, state = field_specs()[path], self.state
        answered, error = state.answered(path), state.error(path)
        value = state.values.get(path)
        row: dict[str, Any] = {
            "answered": answered,
            "error": error,
            "text": state.refused.get(path, written(spec, value) if spec.kind != "outcomes" else ""),
            "note": said(spec, value) if answered and spec.kind == "number" else _assumed(path, answered),
            "fixed": path == "client.name",
        }
        if path in self._scales:
            shown = value if answered else default_of(path)
            kind = {dict: "range", str: "never", type(None): "nothing"}.get(type(shown), "number")
            row |= {"step": self._scales[path].position(shown), "shows": kind}
        elif spec.kind == "truth":
            row["choice"] = "" if value is None else "yes" if value else "no"
        elif spec.kind == "choice":
            row["choice"] = value or ""
        elif spec.kind == "outcomes":
            row["choices"] = value or {}
        return row

    def _field(self, path: str, spec: FieldSpec) -> dict[str, Any]:
        unit = "" if spec.unit in ("", "share") or spec.unit in spec.label.lower() else spec.unit
        field: dict[str, Any] = {
            "path": path,
            "section": path.partition(".")[0],
            "deciding": spec.deciding,
            "kind": spec.kind,
            "label": spec.label + (f" ({unit})" if unit else ""),
            "help": spec.help,
            "placeholder": written(spec, default_of(path)) if spec.kind != "outcomes" else "",
        }
        if spec.kind == "number":
            field["steps"] = [value_words(path, value) for value in self._scales[path].values]
        elif spec.kind == "truth":
            field["options"] = [["yes", "Yes"], ["no", "No"]]
        elif spec.choices:
            field["options"] = [[word, choice_words(word).capitalize()] for word in spec.choices]
            field["keys"] = [[key, arm_title(key)] for key in spec.keys]
        field["suggestions"] = _suggestions(path)
        return field

    def __repr__(self) -> str:
        """Say what it is, for a reader that shows no widgets."""
        return "The form: run this cell in JupyterLab."


def _assumed(path: str, answered: bool) -> str:
    if answered:
        return ""
    words = value_words(path, default_of(path))
    return words if words == "not answered" else f"assumed: {words}"


def _suggestions(path: str) -> list[str]:
    """List what can be picked where the field is free text: models, stores, currencies."""
    if path == "prices.currency":
        return list(CURRENCIES)
    section, _, role = path.partition(".")
    return offered(role) if section == "stack" and role != "context_window_tokens" else []
