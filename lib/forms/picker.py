"""Picking a client, or creating one, on the first page."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from lib.errors import InputError
from lib.forms.choices import show_choices, when_picked
from lib.forms.project_files import client_files, shown_path
from lib.forms.reporting import report_to
from lib.forms.state import ClientState
from lib.paths import CLIENTS, PROJECT
from lib.views import decision as view
from lib.views.markup import Page, style


class ClientPicker(widgets.VBox):
    """A list of clients, the recommendation for the one picked, and a box to create another."""

    def __init__(self, client_file: str | Path) -> None:
        """Open ``client_file``, taken relative to the project folder."""
        super().__init__()
        self.state = ClientState(PROJECT / client_file)
        self.picker = widgets.Dropdown(description="Client", layout=_WIDTH)
        self.name_box = widgets.Text(description="New client", placeholder="its name", layout=_WIDTH)
        self.create_button = widgets.Button(description="Create", icon="plus", layout=_BUTTON)
        self.message = widgets.HTML()
        self.result = widgets.HTML()
        when_picked(self.picker, lambda choice: self.reported(self.pick, choice))
        self.create_button.on_click(lambda _: self.reported(self.create, self.name_box.value))
        bar = widgets.HBox([self.picker, self.name_box, self.create_button], layout=_BAR)
        self.children = [widgets.HTML(f"<style>{style()}</style>"), bar, self.result, self.message]
        show_choices(self.picker, client_files(), self.state.path)
        self.redraw()

    def reported(self, action: Callable[..., None], *arguments: Any) -> None:
        """Run an action and show on the page what went wrong."""
        report_to(self.say, action, *arguments)

    def pick(self, path: Path | None) -> None:
        """Show the client of ``path``."""
        if path is not None:
            self.state.load(path)
        self.redraw()

    def create(self, name: str) -> None:
        """Create a client file of which only the name is answered, and show it."""
        path = new_client_path(name, CLIENTS)
        self.state.start_new(name.strip())
        self.state.save(path)
        show_choices(self.picker, client_files(), path)
        self.redraw()

    def redraw(self) -> None:
        """Show the recommendation and how to go on with this client."""
        decision, problem = self.state.decision, self.state.problem
        page = view.headline(decision) if decision else view.problem("No decision can be made.", [problem])
        self.result.value = page.inside_widget()
        self.message.value = _next(shown_path(self.state.path)).inside_widget()

    def say(self, text: str, wrong: bool = False) -> None:
        """Show one message under the recommendation."""
        self.message.value = view.message(text, wrong).inside_widget()

    def __repr__(self) -> str:
        """Say what it is, for a reader that shows no widgets."""
        return "The list of clients: run this cell in JupyterLab."


def client_picker(client_file: str | Path) -> ClientPicker:
    """Give the picker, opened at ``client_file`` (relative to the project folder)."""
    return ClientPicker(client_file)


def new_client_path(name: str, folder: Path) -> Path:
    """Give the file in ``folder`` for a client called ``name``. Raises :class:`InputError` where there is none or it exists."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60]
    if not stem:
        raise InputError(f"The name is {name.strip()!r}; allowed is a name with at least one letter or digit.")
    path = folder / f"{stem}.yaml"
    if path.exists():
        raise InputError(f"{path.name}: exists already; choose another name, or pick that client from the list.")
    return path


def _next(path: str) -> Page:
    return view.message(f"To go on with this client, open the notebook 1_decide, or set client_file = {path!r} there.")


_WIDTH = widgets.Layout(width="340px", max_width="100%")
_BUTTON = widgets.Layout(width="100px")
_BAR = widgets.Layout(flex_flow="row wrap", align_items="center")
