"""Looking through a run's questions: pick any, and see what every arm made of it."""

import ipywidgets as widgets

from lib.experiment import ExperimentResult
from lib.experiment.record import AnswerRow
from lib.forms.choices import show_choices, when_picked
from lib.forms.reporting import BAR, Live
from lib.views.answers import answers_page

SHOWN = {
    "all questions": lambda rows: True,
    "questions on which the arms differ": lambda rows: len({row.scores["right"] for row in rows}) > 1,
    "questions that every arm got wrong": lambda rows: not any(row.scores["right"] for row in rows),
}


class AnswerPicker(Live):
    """Two lists, of the kind of question and of the questions, above the answers of all arms."""

    saved_as = "The answers of all arms, question by question: run this cell in JupyterLab."

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
        for filter_ in (self.which, self.kind):
            filter_.observe(lambda _: self.reported(self.list_questions), "value")
        when_picked(self.question, lambda choice: self.reported(self.show, choice))
        self.fill(widgets.HBox([self.which, self.kind, self.question], layout=BAR), self.page, self.message)
        self.list_questions()

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


_WIDE = widgets.Layout(width="340px", max_width="100%")
_WIDEST = widgets.Layout(width="560px", max_width="100%")
