"""What-ifs: pin a state as a scenario, change facts, and see two or three side by side."""

from pathlib import Path

import ipywidgets as widgets

from lib.client import load_client, save_client
from lib.client.folder import beside, client_files, file_stem
from lib.decision import decide
from lib.errors import InputError
from lib.forms.choices import show_choices, when_picked
from lib.forms.reporting import BAR, Live
from lib.forms.state import ClientState, stored
from lib.views.scenarios import Scenario, comparison

BESIDE_NOW = 2
"""Columns beside the present state: more could not be read."""


class WhatIfs(Live):
    """Scenarios are client files in the client's own folder, so that they are there again after a restart."""

    def __init__(self, state: ClientState) -> None:
        """Compare with the client that ``state`` holds, and follow it."""
        super().__init__()
        self.state = state
        self.chosen: list[Path] = []
        self.name = widgets.Text(description="Scenario", placeholder="its name", layout=widgets.Layout(width="300px"))
        self.other = widgets.Dropdown(description="Compare with", layout=widgets.Layout(width="420px"))
        self.table = widgets.HTML()
        when_picked(self.other, lambda path: self.reported(self.compare, path))
        state.observe(lambda _: self.reported(self.follow), ["decision", "path"])
        pin, use = self.button("Pin this state", self.pin), self.button("Go on from it", self.use)
        self.fill(
            widgets.HTML("<h3>What if: scenarios side by side</h3>"),
            widgets.HBox([self.name, pin], layout=BAR),
            widgets.HBox([self.other, use, self.button("Clear the comparison", self.clear)], layout=BAR),
            self.message,
            self.table,
        )
        self._client = state.path
        self._list()

    def pin(self) -> None:
        """Keep the present state under the name in the box and set it beside what comes next."""
        name = self.name.value
        if self.state.path is None:
            raise InputError("Save the client first; its scenarios stand beside its file.")
        path = beside(self.state.path) / "scenarios" / f"{file_stem(name)}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_client(self.state.client, path)
        self.name.value = ""
        self._list()
        self.compare(path)
        self.say(f"Pinned “{name.strip()}”: change facts above, and the difference is marked below.")

    def compare(self, path: Path | None) -> None:
        """Set a scenario or another client beside the present state; of three the first one goes."""
        if path is not None:
            self.chosen = [*(other for other in self.chosen if other != path), path][-BESIDE_NOW:]
        self.follow()

    def use(self) -> None:
        """Take the facts of the scenario picked last over into the form, as one change."""
        if not self.chosen:
            raise InputError("Pick a scenario first.")
        self.state.restore(stored(self.chosen[-1]) | {"client.name": self.state.values["client.name"]})
        self.say("Its facts stand in the form; Undo takes them back.")

    def clear(self) -> None:
        """Take all columns away."""
        self.chosen = []
        self._list()
        self.follow()

    def follow(self) -> None:
        """Draw the table for the decision of the moment."""
        if self.state.path != self._client:
            self._client, self.chosen = self.state.path, []
            self._list()
        there = [path for path in self.chosen if path.exists()]
        if self.state.decision is None or not there:
            self.table.value = ""
            return
        now = Scenario("Now", self.state.client, self.state.decision)
        self.table.value = comparison([now, *map(_scenario, there)]).__html__().inside_widget()

    def _list(self) -> None:
        own = sorted((beside(self.state.path) / "scenarios").glob("*.yaml")) if self.state.path else []
        options = [(f"scenario {_name(path)}", path) for path in own]
        options += [(name, path) for name, path in client_files() if path != self.state.path]
        show_choices(self.other, options, None)


_kept: dict[tuple[Path, int], Scenario] = {}


def _scenario(path: Path) -> Scenario:
    """Decide for a scenario's file once for each of its versions."""
    key = path, path.stat().st_mtime_ns
    if key not in _kept:
        client = load_client(path)
        name = _name(path) if path.parent.name == "scenarios" else client.client.name
        _kept[key] = Scenario(name, client, decide(client, with_counterfactuals=False, source=path))
    return _kept[key]


def _name(path: Path) -> str:
    return path.stem.replace("-", " ")
