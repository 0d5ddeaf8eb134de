"""The order in which the form asks: the sections that decide most come first."""

import ipywidgets as widgets

from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.forms.fields import FieldRow, field_row
from lib.forms.state import ClientState
from lib.views.field_words import section_help, section_title
from lib.views.markup import Page

GROUPS = {
    "What decides": ("knowledge", "behaviour", "evidence", "training_data", "constraints", "risk"),
    "Traffic and money": ("traffic", "latency", "money", "delivery", "today"),
    "Client and report": ("client", "stack", "prices", "report", "plan"),
}


class Section:
    """One section of the client file as a fold of rows."""

    def __init__(self, name: str, state: ClientState) -> None:
        """Build a row for each field of the section."""
        self.name = name
        self.state = state
        self.rows: dict[str, FieldRow] = {
            path: field_row(path, state) for path in field_specs() if path.startswith(f"{name}.")
        }
        about = widgets.HTML(Page('<p class="muted">{}</p>').format(section_help(name)).inside_widget())
        self.widget = widgets.VBox([about, *(row.widget for row in self.rows.values())])

    @property
    def title(self) -> str:
        """Give the heading: the section, how much of it is answered, and whether something is refused."""
        answered = sum(self.state.answered(path) for path in self.rows)
        refused = sum(bool(self.state.error(path)) for path in self.rows)
        words = f"{section_title(self.name)}: {answered} of {len(self.rows)} answered"
        return words + (f", {refused} refused ⚠" if refused else "")


class ClientForm:
    """The whole client file as tabs of folded sections, kept in step with the state."""

    def __init__(self, state: ClientState) -> None:
        """Build every section and follow the state from then on."""
        self.state = state
        self.sections = {name: Section(name, state) for name in ordered_sections()}
        self.folds = {title: self._fold(names) for title, names in _groups().items()}
        self.widget = widgets.Tab(list(self.folds.values()), titles=list(self.folds), selected_index=0)
        state.observe(lambda change: self._redraw(_changed(change.old, change.new)), ["values", "errors"])
        state.observe(lambda change: self._redraw(self._named(change.old, change.new)), "problem")

    @property
    def rows(self) -> dict[str, FieldRow]:
        """Give every row by the path of its field."""
        return {path: row for section in self.sections.values() for path, row in section.rows.items()}

    def _fold(self, names: tuple[str, ...]) -> widgets.Accordion:
        fold = widgets.Accordion([self.sections[name].widget for name in names], selected_index=0)
        fold.titles = [self.sections[name].title for name in names]
        return fold

    def _named(self, *problems: str) -> set[str]:
        """Give the fields that a problem names, so that it shows beside them, and goes."""
        return {path for path in self.rows if any(f" {path} is " in problem for problem in problems)}

    def _redraw(self, paths: set[str]) -> None:
        for section in self.sections.values():
            for path in paths & section.rows.keys():
                section.rows[path].redraw()
        for title, names in _groups().items():
            headings = tuple(self.sections[name].title for name in names)
            if self.folds[title].titles != headings:
                self.folds[title].titles = headings


def ordered_sections() -> list[str]:
    """Give every section of the client file, the most decisive first."""
    return [name for names in _groups().values() for name in names]


def _groups() -> dict[str, tuple[str, ...]]:
    """Give the groups, with a section that the model gains later in the last of them."""
    grouped = {name for names in GROUPS.values() for name in names}
    last = list(GROUPS)[-1]
    return GROUPS | {last: (*GROUPS[last], *(name for name in ClientFile.model_fields if name not in grouped))}


def _changed(old: dict, new: dict) -> set[str]:
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
