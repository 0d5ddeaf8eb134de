"""The live form: client file left, decision right."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from lib.forms.choices import show_choices, when_picked
from lib.forms.later import AfterPause
from lib.forms.project_files import client_files, shown_path
from lib.forms.reporting import report_to
from lib.forms.result_view import ResultView
from lib.forms.sections import ClientForm
from lib.forms.state import ClientState
from lib.paths import CLIENTS, PROJECT
from lib.views.decision import message
from lib.views.markup import style

NEW = "a new client"


class DecisionForm(widgets.VBox):
    """A client file to edit beside the decision that it leads to. Made by :func:`decide_form`."""

    def __init__(self, client_file: str | Path) -> None:
        """Open ``client_file``, taken relative to the project folder."""
        super().__init__()
        self.add_class("decision-form")
        self.state = ClientState(PROJECT / client_file, later=AfterPause())
        self._drafts: dict[Path | None, dict[str, Any]] = {}
        self.form = ClientForm(self.state)
        self.result = ResultView(self.state)
        self.message = widgets.HTML()
        self.picker = widgets.Dropdown(description="Client", options=_choices(self.state.path), layout=_PICKER)
        self.path_box = widgets.Text(description="File", continuous_update=False, layout=_PATH)
        self.replace = widgets.Checkbox(description="Replace another file", value=False, indent=False, layout=_AUTO)
        self.load_button = widgets.Button(description="Load", icon="folder-open", layout=_BUTTON)
        self.save_button = widgets.Button(description="Save", icon="save", layout=_BUTTON)
        self._follow()
        self.children = [
            widgets.HTML(f"<style>{style()}</style>"),
            widgets.HBox([self.picker, self.path_box, self.load_button, self.save_button, self.replace], layout=_BAR),
            self.message,
            widgets.HBox(
                [_pane(self.form.widget, "decision-left"), _pane(self.result.widget, "decision-right")], layout=_PANES
            ),
        ]
        self.say(f"Opened {shown_path(self.state.path)}.")
        self._show_path()

    def say(self, text: str, wrong: bool = False) -> None:
        """Show one message under the file bar."""
        self.message.value = message(text, wrong).inside_widget()

    def pick(self, choice: Path | None) -> None:
        """Open the client that was picked; ``None`` starts a new one. Unsaved changes wait for their client."""
        left = self._set_aside()
        draft = self._drafts.pop(choice, None)
        if choice is None:
            self.state.start_new()
        else:
            self.state.load(choice)
        if draft:
            self.state.restore(draft)
        self._show_path()
        self.say(self._opened(choice, bool(draft)) + left)

    def load(self, path: str | Path) -> None:
        """Read a client file from the disk, as it stands there."""
        left = self._set_aside() if PROJECT / path != self.state.path else ""
        self.state.load(PROJECT / path)
        self._show_path()
        self.say(f"Loaded {shown_path(self.state.path)}.{left}")

    def save(self, path: str | Path) -> None:
        """Write the client file."""
        written = self.state.save(PROJECT / path if path else None, replace=self.replace.value)
        self.replace.value = False
        self._show_path()
        self.say(f"Saved {shown_path(written)}.")

    def reported(self, action: Callable[..., None], *arguments: Any) -> None:
        """Run an action and show on the page what went wrong."""
        report_to(self.say, action, *arguments)

    def _follow(self) -> None:
        when_picked(self.picker, lambda choice: self.reported(self.pick, choice))
        self.load_button.on_click(lambda _: self.reported(self.load, self.path_box.value))
        self.save_button.on_click(lambda _: self.reported(self.save, self.path_box.value))
        self.state.observe(lambda _: self._show_unsaved(), "unsaved")

    def _set_aside(self) -> str:
        """Keep unsaved changes for the time when their client is picked again, and say so."""
        if not self.state.unsaved:
            return ""
        self._drafts[self.state.path] = self.state.values
        return f" Unsaved changes to {shown_path(self.state.path) or NEW} wait until you pick it again."

    def _opened(self, choice: Path | None, with_draft: bool) -> str:
        if choice is None and not with_draft:
            return "A new client: only the name is asked, everything else is assumed until you answer it."
        return f"Opened {shown_path(choice) or NEW}{', with your unsaved changes' if with_draft else ''}."

    def _show_unsaved(self) -> None:
        self.save_button.button_style = "primary" if self.state.unsaved else ""
        self.say("There are unsaved changes." if self.state.unsaved else "No unsaved changes.")

    def _show_path(self) -> None:
        self.path_box.value = shown_path(self.state.path or CLIENTS / "new-client.yaml")
        show_choices(self.picker, _choices(self.state.path), self.state.path)

    def __repr__(self) -> str:
        """Say what it is, for a reader that shows no widgets."""
        return "The live form: run this cell in JupyterLab."


def decide_form(client_file: str | Path) -> DecisionForm:
    """Give the live form for ``client_file`` (relative to the project folder): form left, decision right.

    Raises :class:`InputError` where the file cannot be used.
    """
    return DecisionForm(client_file)


def _choices(current: Path | None) -> list[tuple[str, Path | None]]:
    files = client_files()
    elsewhere = [] if current is None or current in dict(files).values() else [(shown_path(current), current)]
    return [*files, *elsewhere, (NEW, None)]


def _pane(widget: widgets.Widget, name: str) -> widgets.Box:
    pane = widgets.Box([widget])
    pane.add_class("decision-pane").add_class(name)
    return pane


_PICKER = widgets.Layout(width="300px")
_PATH = widgets.Layout(flex="1 1 280px", min_width="240px")
_BUTTON = widgets.Layout(width="90px")
_AUTO = widgets.Layout(width="auto")
_BAR = widgets.Layout(flex_flow="row wrap", align_items="center", width="100%")
_PANES = widgets.Layout(flex_flow="row wrap-reverse", align_items="flex-end", width="100%")
