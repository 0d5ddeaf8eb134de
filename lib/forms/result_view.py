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
        self.tabs = {} if brief else {title: widgets.HTML() for title in TABS}
        self.details = widgets.Tab(
            list(self.tabs.values()), titles=list(self.tabs), selected_index=None if brief else 0
        )
        self.widget = widgets.VBox([self.headline, *([] if brief else [self.details])])
        state.observe(lambda _: self.redraw(), ["decision", "problem"])
        self.redraw()

    def redraw(self) -> None:
        """Show the decision of the moment, or why there is none."""
        decision, problem = self.state.decision, self.state.problem
        # Equal values send nothing to the browser.
        shown = view.headline(decision) if decision else view.problem("No decision can be made.", [problem])
        self.headline.value = shown.inside_widget()
        if decision is None:
            return
        for title, html in self.tabs.items():
            html.value = TABS[title](decision).inside_widget()
