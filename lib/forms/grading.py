"""Grading answers by keyboard, blind: which system wrote an answer is never shown while it is graded."""

import threading
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lib.arms import ARMS
from lib.client import load_client
from lib.errors import InputError
from lib.evaluation import evidence_of
from lib.evaluation.grading import VERDICTS, Answer, system_title
from lib.evaluation.judge import JUDGE, judged
from lib.evaluation.store import Evaluation, imported, open_evaluation
from lib.files import write_text
from lib.forms.reporting import report_to
from lib.forms.state import written_into
from lib.views.evaluation import TITLES, grading_summary
from lib.views.markup import style

SIDE_BY_SIDE, ONE_BY_ONE = "side", "one"


class GradingForm(anywidget.AnyWidget):
    """Answers to grade, one by one or all of a question side by side.

    ``shown`` is all that the page draws; what a person does comes back as a message ``{"do": …}``.
    """

    _esm = Path(__file__).with_name("grading.js")
    _css = traitlets.Unicode("").tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, client_file: Path, answers: str | Path | None = None, grader: str = "") -> None:
        """Open a client's newest evaluation, the named answers, or the example, where ``grader`` has not graded yet.

        Raises:
            InputError: the answers cannot be read.
        """
        super().__init__(_css=style())
        self.client_file = client_file
        self.mode, self.message, self.stopping, self.judging = SIDE_BY_SIDE, ("", False), False, False
        self._open(open_evaluation(client_file, answers), grader or "me")
        self.on_msg(lambda _, content, __: self.take(content))

    @property
    def here(self) -> list[Answer]:
        """The answers on the page, in the grader's own order."""
        return self.pages[self.place]

    def take(self, content: dict[str, Any]) -> None:
        """Do what a person did, say on the page what went wrong, and draw again."""
        rest = {key: value for key, value in content.items() if key != "do"}
        try:
            report_to(self.say, lambda: getattr(self, f"do_{content['do']}")(**rest))
        finally:
            self.draw()

    def do_grade(self, verdict: str, value: bool | None, place: int) -> None:
        """Keep a verdict on one answer of the page (the same one again takes it back); on to the next when it is told."""
        answer = self.here[place]
        same = self.book.verdict(answer, verdict) == value
        self.book.put(answer, **{verdict: None if same else value})
        self.say("")
        if verdict == "correct" and not same:
            left = [n for n, other in enumerate(self.here) if self.book.verdict(other, "correct") is None]
            if left:
                self.active = next((n for n in left if n > place), left[0])
            else:
                self.do_go(1)

    def do_comment(self, text: str, place: int) -> None:
        """Keep a comment on one answer."""
        self.book.put(self.here[place], comment=text)

    def do_go(self, step: int) -> None:
        """Turn to another page."""
        self.place = min(max(self.place + step, 0), len(self.pages) - 1)
        self.active = 0

    def do_choose(self, place: int) -> None:
        """Make another answer of the page the one that the keys grade."""
        self.active = min(max(place, 0), len(self.here) - 1)

    def do_mode(self, mode: str) -> None:
        """Show the answers of a question side by side, or every answer by itself."""
        self.mode = mode
        self._paged()

    def do_grader(self, name: str) -> None:
        """Go on as another grader, with that grader's own order."""
        if not name.strip():
            raise InputError("Please type the name of whoever grades.")
        self._open(self.evaluation, name.strip())

    def do_import(self, path: str) -> None:
        """Bring a file of answers."""
        self._open(imported(self.client_file, path), self.book.grader)
        self.say(
            f"{len(self.evaluation.sheet.answers)} answers to {len(self.evaluation.sheet.questions)} questions are here."
        )

    def do_export(self) -> None:
        """Write this grader's grades as CSV beside the answers."""
        target = self.evaluation.folder / f"grades-{self.book.grader}.csv".replace("/", "-")
        write_text(target, self.book.to_frame().to_csv(index=False))
        self.say(f"Written to {target}.")

    def do_evidence(self, arm_of: dict[str, str]) -> None:
        """Write what the grades say into the client's evidence."""
        if self.evaluation.is_example:
            raise InputError("These are invented answers; bring the client's own before they become evidence.")
        found = evidence_of(self.book, {system: arm for system, arm in arm_of.items() if arm})
        written_into(self.client_file, {f"evidence.{name}": value for name, value in found.items()})
        told = ", ".join(f"{name} {value:g}" for name, value in found.items())
        self.say(f"Written into the client's evidence: {told}.")

    def do_judge(self, model: str) -> None:
        """Let a model behind the endpoint grade too, beside the page; Stop ends it and keeps what it has graded."""
        if self.judging:
            raise InputError("A judge is at work already; stop it first.")
        from lib.models.endpoint import refuse_remote

        refuse_remote(f"endpoint:{model}", bool(load_client(self.client_file).constraints.data_must_stay_in_house))
        book = self.evaluation.book(f"{JUDGE} {model}")
        self.judging, self.stopping = True, False
        self.say(f"{model} is grading …")
        threading.Thread(target=self._judge, args=(book, model), daemon=True).start()

    def do_stop(self) -> None:
        """Stop the judge after the answer it is at."""
        self.stopping = True

    def _judge(self, book: Any, model: str) -> None:
        try:
            told = judged(book, f"endpoint:{model}", lambda: self.stopping, self._progress)
            self.say(f"{model} has graded {told} answers; its agreement with you stands below after a new run.")
        except Exception as error:
            # A thread's error would be seen nowhere.
            self.say(str(error), wrong=True)
        finally:
            self.judging = False
            self.draw()

    def _progress(self, done: int, of: int) -> None:
        self.say(f"{done} of {of} graded by the model …")
        self.draw()

    def say(self, text: str, wrong: bool = False) -> None:
        """Keep one message for the page."""
        self.message = (text, wrong)

    def _open(self, evaluation: Evaluation, grader: str) -> None:
        self.evaluation, self.book = evaluation, evaluation.book(grader)
        self._paged()

    def _paged(self) -> None:
        """Part the answers into pages and turn to the first one that is not graded."""
        ordered = self.evaluation.sheet.in_order(self.book.grader)
        if self.mode == ONE_BY_ONE:
            self.pages = [[answer] for answer in ordered]
        else:
            together: dict[str, list[Answer]] = {}
            for answer in ordered:
                together.setdefault(answer.question_id, []).append(answer)
            self.pages = list(together.values())
        todo = {answer.key for answer in self.book.todo()}
        self.place = next((n for n, page in enumerate(self.pages) if any(a.key in todo for a in page)), 0)
        self.active = 0
        self.draw()

    def draw(self) -> None:
        """Tell the page what to show."""
        first = self.here[0]
        self.shown = {
            "mode": self.mode,
            "grader": self.book.grader,
            "name": self.evaluation.name,
            "place": f"{self.place + 1} of {len(self.pages)}",
            "question": first.question,
            "expected": first.expected,
            "source": first.source,
            "active": self.active,
            "titles": TITLES,
            "answers": [
                {
                    "text": answer.answer,
                    "comment": grade.comment if (grade := self.book.grades.get(answer.key)) else "",
                    **{verdict: self.book.verdict(answer, verdict) for verdict in VERDICTS},
                }
                for answer in self.here
            ],
            "summary": grading_summary(self.book).inside_widget(),
            "systems": [
                [system, system_title(system), system if system in ARMS else ""] for system in self.book.sheet.systems
            ],
            "arms": [[arm, system_title(arm)] for arm in ARMS],
            "judging": self.judging,
            "message": list(self.message),
        }

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": "Grading by keyboard: run this cell in JupyterLab."}, metadata
