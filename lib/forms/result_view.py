"""The right-hand side of the form: what the state's client should do, redrawn at every change."""

from collections.abc import Callable

import ipywidgets as widgets

from lib.decision import Decision
from lib.decision.frameworks import frameworks
from lib.forms.state import ClientState
from lib.views import decision as view
from lib.views.markup import Page, joined

TABS: dict[str, tuple[Callable[[Decision], Page], ...]] = {
    "Why": (view.reasons, view.advice),
    "Options and costs": (view.arms_table, view.costs_table),
    "Frameworks": (view.frameworks_table, view.frameworks_caption),
    "What would change it": (view.flips_table,),
    "Assumed": (view.assumed_table,),
}


class ResultView:
    """The recommendation in large type above tabs with everything that led to it."""

    def __init__(self, state: ClientState) -> None:
        """Draw what the state holds and follow it from then on."""
        self.state = state
        self.headline = widgets.HTML()
        self.tabs = {title: widgets.HTML() for title in TABS}
        self.traces = [widgets.HTML() for _ in frameworks()]
        self.folds = widgets.Accordion(self.traces, selected_index=None)
        pages = [
            widgets.VBox([html, self.folds]) if title == "Frameworks" else html for title, html in self.tabs.items()
        ]
        self.details = widgets.Tab(pages, titles=list(TABS), selected_index=0)
        self.widget = widgets.VBox([self.headline, self.details])
        state.observe(lambda _: self.redraw(), ["decision", "problem", "errors"])
        self.redraw()

    def redraw(self) -> None:
        """Show the decision of the moment, and above it whatever was refused."""
        decision = self.state.decision
        _show(self.headline, joined(*self._problems(), *([view.headline(decision)] if decision else [])))
        if decision is None:
            return
        for title, parts in TABS.items():
            _show(self.tabs[title], joined(*(part(decision) for part in parts)))
        for html, verdict in zip(self.traces, decision.frameworks, strict=True):
            _show(html, view.trace(verdict))
        titles = tuple(view.verdict_title(verdict) for verdict in decision.frameworks)
        if self.folds.titles != titles:
            self.folds.titles = titles

    def _problems(self) -> list[Page]:
        pages = []
        if self.state.problem:
            pages.append(view.problem("No decision can be made.", [self.state.problem]))
        if self.state.errors:
            title = "Refused, so the last valid value still counts:"
            pages.append(view.problem(title, list(self.state.errors.values())))
        return pages


def _show(widget: widgets.HTML, page: Page) -> None:
    html = page.inside_widget()
    # An equal value sends nothing to the browser.
    widget.value = html
