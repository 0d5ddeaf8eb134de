"""Looking through a run's questions: pick any, and see what every arm made of it."""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from lib.experiment import ExperimentResult
from lib.experiment.record import AnswerRow
from lib.forms.choices import show_choices, when_picked
from lib.forms.reporting import report_to
from lib.views.answers import answers_page
from lib.views.decision import message
from lib.views.markup import style

SHOWN = {
    "all questions": lambda rows: True,
    "questions on which the arms differ": lambda rows: len({row.scores["right"] for row in rows}) > 1,
    "questions that every arm got wrong": lambda rows: not any(row.scores["right"] for row in rows),
}


class AnswerPicker(widgets.VBox):
    """Two lists, of the kind of question and of the questions, above the answers of all arms."""

    def __init__(self, result: ExperimentResult) -> None:
        """Open at the first question on which the arms differ."""
        super().__init__()
        self.result = result
        self.rows: dict[str, list[AnswerRow]] = {}
        for row in result.record.answers:
            self.rows.setdefault(row.question_id, []).append(row)
        self.which = widgets.Dropdown(options=list(SHOWN), value=list(SHOWN)[1], description="Show", layout=_WIDE)
        self.kind = widgets.Dropdown(options=["every kind", *result.kinds], description="Kind", layout=_WIDE)
        self.question = widgets.Dropdown(description="Question", layout=_WIDEST)
        self.page = widgets.HTML()
        self.message = widgets.HTML()
        for filter_ in (self.which, self.kind):
            filter_.observe(lambda _: self.reported(self.list_questions), "value")
        when_picked(self.question, lambda choice: self.reported(self.show, choice))
        bar = widgets.HBox([self.which, self.kind, self.question], layout=_BAR)
        self.children = [widgets.HTML(f"<style>{style()}</style>"), bar, self.page, self.message]
        self.list_questions()

    def reported(self, action: Callable[..., None], *arguments: Any) -> None:
        """Run an action and show on the page what went wrong."""
        report_to(self.say, action, *arguments)

    def list_questions(self) -> None:
        """Fill the list with the questions that the two filters leave."""
        wanted = SHOWN[self.which.value]
        options = [
            (self.result.record.questions[id_].question, id_)
            for id_, rows in self.rows.items()
            if wanted(rows) and self.kind.value in ("every kind", self.result.record.questions[id_].kind)
        ]
        first = options[0][1] if options else None
        show_choices(self.question, options, first)
        self.show(first)

    def show(self, question_id: str | None) -> None:
        """Show one question's answers, or that none is left."""
        if question_id is None:
            self.page.value = "<p>No question of this run is of that sort.</p>"
        else:
            self.page.value = answers_page(self.result, question_id).inside_widget()

    def say(self, text: str, wrong: bool = False) -> None:
        """Show one message under the answers."""
        self.message.value = message(text, wrong).inside_widget()

    def __repr__(self) -> str:
        """Say what it is, for a reader that shows no widgets."""
        return "The answers of all arms, question by question: run this cell in JupyterLab."


def answer_picker(result: ExperimentResult) -> AnswerPicker:
    """Give the picker for a finished run."""
    return AnswerPicker(result)


_WIDE = widgets.Layout(width="340px", max_width="100%")
_WIDEST = widgets.Layout(width="560px", max_width="100%")
_BAR = widgets.Layout(flex_flow="row wrap", align_items="center")
