"""The right-hand side of the form: what the state's client should do, redrawn at every change."""

from collections.abc import Callable

import ipywidgets as widgets

from lib.decision import Decision
from lib.forms.state import ClientState
from lib.views import decision as view
from lib.views.markup import Page, joined

TABS: dict[str, Callable[[Decision], Page]] = {
    "Why": lambda decision: joined(view.reasons(decision), view.advice(decision)),
    "Options and costs": lambda decision: joined(
        view.arms_table(decision), view.costs_table(decision), view.queries_table(decision)
    ),
    "Frameworks": lambda decision: joined(
        view.frameworks_table(decision), view.frameworks_caption(decision), view.traces(decision)
    ),
    "What would change it": lambda decision: joined(view.counterfactuals_table(decision)),
    "Assumed": lambda decision: joined(view.assumed_table(decision)),
}


class ResultView:
    """The recommendation in large type, above tabs with everything that led to it unless it is ``brief``."""

    def __init__(self, state: ClientState, brief: bool = False) -> None:
        """Draw what the state holds and follow it from then on."""
        self.state = state
        self.headline = widgets.HTML()
        self.details = widgets.Tab([widgets.HTML() for _ in TABS], titles=list(TABS), selected_index=0)
        self.widget = widgets.VBox([self.headline] if brief else [self.headline, self.details])
        state.observe(lambda _: self.redraw(), ["decision", "problem"])
        if not brief:
            state.observe(lambda _: self.draw_tab(), "decision")
            self.details.observe(lambda _: self.draw_tab(), "selected_index")
            self.draw_tab()
        self.redraw()

    def redraw(self) -> None:
        """Show the decision of the moment, or why there is none."""
        decision, problem = self.state.decision, self.state.problem
        # Equal values send nothing to the browser.
        shown = view.headline(decision) if decision else view.problem("No decision can be made.", [problem])
        self.headline.value = shown.inside_widget()

    def draw_tab(self) -> None:
        """Draw the tab that is open; the others wait until they are opened."""
        open_, decision = self.details.selected_index, self.state.decision
        if open_ is not None and decision:
            self.details.children[open_].value = TABS[self.details.titles[open_]](decision).inside_widget()
