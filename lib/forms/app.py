"""The live form: the client's facts left, the decision right; which client, saved where, changed how."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from lib.client import folder as clients
from lib.client.folder import chosen_client, client_files, is_sample, remember, shown_path
from lib.errors import InputError
from lib.forms.choices import show_choices, when_picked
from lib.forms.form import ClientForm
from lib.forms.later import AfterPause
from lib.forms.page import ClientPage
from lib.forms.reporting import BAR, Live
from lib.forms.result_view import ResultView
from lib.forms.state import ClientState, Conflict
from lib.forms.what_ifs import WhatIfs
from lib.views.decision import changes_table, message
from lib.views.field_words import field_label, value_words
from lib.views.markup import folded, joined

MINE, THEIRS = "keep mine", "take theirs"


class DecisionForm(Live):
    """A client to pick, edit and save, left, beside the decision that it leads to, right."""

    saved_as = "The live form: run this cell in JupyterLab."

    def __init__(self, client_file: str | Path | None = None, brief: bool = False) -> None:
        """Open a client, ``None`` for the one chosen last; ``brief`` asks only what decides, and shows only the answer.

        Raises:
            InputError: the file cannot be used.
        """
        super().__init__()
        self.add_class("decision-form")
        if brief:
            self.add_class("brief")
        self.state = ClientState(chosen_client(client_file), later=AfterPause())
        self._drafts: dict[Path | None, dict[str, Any]] = {}
        self.form = ClientForm(self.state, brief)
        self.result = ResultView(self.state, brief)
        self.picker = widgets.Dropdown(description="Client", layout=widgets.Layout(width="320px"))
        self.name_box = widgets.Text(
            description="Name", placeholder="of a new client", layout=widgets.Layout(width="300px")
        )
        self.line, self.difference, self.question = widgets.HTML(), widgets.HTML(), widgets.VBox()
        of_client = {
            "Save": self.save,
            "Undo": self.state.undo,
            "Redo": self.state.redo,
            "Reload from file": self.reload,
        }
        of_file = {"New": self.create, "Copy": self.copy, "Rename": self.rename, "Delete": self.delete}
        bars = ((self.picker, of_client), (self.name_box, of_file))
        when_picked(self.picker, lambda choice: self.reported(self.pick, choice))
        self.state.observe(lambda _: self._show_unsaved(), ["unsaved", "values"])
        self.fill(
            *(
                widgets.HBox([first, *(self.button(*named) for named in bar.items())], layout=BAR)
                for first, bar in bars
            ),
            self.line,
            self.message,
            self.question,
            self.difference,
            widgets.HBox(
                [_pane(self.form, "decision-left"), _pane(self.result.widget, "decision-right")], layout=_PANES
            ),
            *([] if brief else [WhatIfs(self.state)]),
        )
        self._show_client(f"Opened {shown_path(self.state.path)}.")

    def pick(self, choice: Path) -> None:
        """Open the client that was picked. Unsaved changes wait for their client."""
        left = self._set_aside()
        draft = self._drafts.pop(choice, None)
        self.state.load(choice)
        if draft:
            self.state.restore(draft)
        remember(choice)
        self._show_client(f"Opened {shown_path(choice)}{', with your unsaved changes' if draft else ''}.{left}")

    def save(self, keep: dict[str, bool] | None = None) -> None:
        """Write the client file; one that came with the workbook is copied among one's own first."""
        try:
            if self.state.path is None or is_sample(self.state.path):
                written = self.state.save(clients.new_client_path(self.state.client.client.name))
            else:
                written = self.state.save(keep=keep)
        except Conflict as conflict:
            self._ask_whose(conflict)
            return
        remember(written)
        self._show_client(f"Saved {shown_path(written)}.")

    def reload(self) -> None:
        """Read the file again; changes that are not saved are dropped only when that is confirmed."""
        if self.state.path is None:
            raise InputError("This client is in no file yet.")
        if not self.state.unsaved:
            self._load(self.state.path)
            return
        drop = self.button("Drop my changes", lambda: self._load(self.state.path))
        self._ask("Reloading drops your unsaved changes.", [drop])

    def create(self) -> None:
        """Start a client of which only the name is known, in a file of its own."""
        name = self.name_box.value.strip()
        path = clients.new_client_path(name)
        left = self._set_aside()
        self.state.start_new(name)
        self.state.save(path)
        self._named(path, f"Created {shown_path(path)}: only the name is known, everything else is assumed.{left}")

    def copy(self) -> None:
        """Save what the form holds as a new client under the name in the box."""
        path = clients.new_client_path(self.name_box.value)
        values = {**self.state.values, "client.name": self.name_box.value.strip()}
        left = self._set_aside()
        self.state.start_new()
        self.state.restore(values)
        self.state.save(path)
        self._named(path, f"Copied to {shown_path(path)}.{left}")

    def rename(self) -> None:
        """Call the client and its file by the name in the box."""
        if self.state.path is None or self.state.unsaved:
            raise InputError("Save the client first, then rename it.")
        path = clients.rename(self.state.path, self.name_box.value)
        self.state.load(path)
        self._named(path, f"Renamed to {shown_path(path)}.")

    def delete(self) -> None:
        """Take the client's file away when that is confirmed."""
        path = self.state.path
        if path is None or is_sample(path):
            raise InputError("A client that came with the workbook stays.")

        def gone() -> None:
            clients.delete(path)
            self._drafts.pop(path, None)
            self._load(clients.DEFAULT_CLIENT)

        sentence = f"{shown_path(path)} will be deleted, with its scenarios and grades."
        self._ask(sentence, [self.button("Delete for good", gone)])

    def reported(self, action: Callable[..., None], *arguments: Any) -> None:
        """Run an action and show on the page what went wrong."""
        self.question.children = ()
        super().reported(action, *arguments)

    def _named(self, path: Path, said: str) -> None:
        self.name_box.value = ""
        remember(path)
        self._show_client(said)

    def _load(self, path: Path) -> None:
        self.state.load(path)
        remember(path)
        self._show_client(f"Opened {shown_path(path)}.")

    def _set_aside(self) -> str:
        """Keep unsaved changes for the time when their client is picked again, and say so."""
        if not self.state.unsaved:
            return ""
        self._drafts[self.state.path] = self.state.values
        return f" Unsaved changes to {shown_path(self.state.path) or 'the new client'} wait until you pick it again."

    def _ask(self, text: str, buttons: list[widgets.Widget], choices: Iterable[widgets.Widget] = ()) -> None:
        cancel = self.button("Cancel", lambda: self.say("Nothing was changed."))
        self.question.children = (
            widgets.HTML(message(text, wrong=True).inside_widget()),
            *choices,
            widgets.HBox([*buttons, cancel], layout=BAR),
        )

    def _ask_whose(self, conflict: Conflict) -> None:
        """Let a person choose for each field that was changed on both sides."""
        picks = {
            path: widgets.RadioButtons(
                options=[
                    (f"{MINE}: {value_words(path, mine)}", True),
                    (f"{THEIRS}: {value_words(path, theirs)}", False),
                ],
                description=field_label(path),
                style={"description_width": "initial"},
                layout=widgets.Layout(width="auto"),
            )
            for path, (theirs, mine) in conflict.fields.items()
        }
        save = self.button("Save with these", lambda: self.save({path: pick.value for path, pick in picks.items()}))
        self._ask(str(conflict), [save], picks.values())

    def _show_unsaved(self) -> None:
        state, changes = self.state, self.state.changes()
        self.buttons["Save"].button_style = "primary" if state.unsaved else ""
        self.buttons["Undo"].disabled, self.buttons["Redo"].disabled = not state.can_undo, not state.can_redo
        shown = folded(f"Not saved yet: {len(changes)}", changes_table(changes)) if changes else joined()
        self.difference.value = shown.inside_widget()

    def _show_client(self, said: str) -> None:
        self.say(said)
        self._show_unsaved()
        page = ClientPage.of(self.state.path).line(live=True) if self.state.path else joined()
        self.line.value = page.inside_widget()
        files = client_files()
        known = self.state.path in dict(files).values() or self.state.path is None
        options = files if known else [(shown_path(self.state.path), self.state.path), *files]
        show_choices(self.picker, options, self.state.path)


def _pane(widget: widgets.Widget, name: str) -> widgets.Box:
    pane = widgets.Box([widget])
    pane.add_class("decision-pane").add_class(name)
    return pane


_PANES = widgets.Layout(flex_flow="row wrap-reverse", align_items="flex-end", width="100%")
