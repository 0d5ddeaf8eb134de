"""Grading without a browser: blind, by keys' messages, saved at once, into the evidence."""

import json
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib.client import load_client
from lib.client.folder import DEFAULT_CLIENT
from lib.evaluation.judge import asked, judged, verdict_of
from lib.evaluation.store import evaluations, open_evaluation
from lib.forms import grading as grading_module
from lib.forms.grading import GradingForm
from lib.paths import DATA


@pytest.fixture
def client_file(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_CLIENTS", str(tmp_path))
    return shutil.copy(DEFAULT_CLIENT, tmp_path / "northwind.yaml")


@pytest.fixture
def answers(tmp_path):
    return shutil.copy(DATA / "evaluation" / "example_answers.csv", tmp_path / "pilot.csv")


@pytest.fixture
def form(client_file, answers):
    return GradingForm(client_file, answers, "Anna")


def grade(form, value, verdict="correct"):
    form.take({"do": "grade", "verdict": verdict, "value": value, "place": form.active})


def test_five_answers_are_graded_by_keys_and_found_again_after_a_restart(form, client_file):
    for value in (True, False, True, True, False):
        grade(form, value)
    again = GradingForm(client_file, None, "Anna")
    assert len(again.book.grades) == 5 and sum(g.correct for g in again.book.grades.values()) == 3
    assert again.place == 2 and again.book.verdict(again.here[again.active], "correct") in (True, False, None)
    assert "5 of 24 answers graded" in again.shown["summary"]


def test_a_verdict_moves_on_and_the_same_key_takes_it_back(form):
    grade(form, True)
    assert (form.place, form.active) == (0, 1)
    grade(form, True)
    assert (form.place, form.active) == (1, 0)
    form.take({"do": "go", "step": -1})
    grade(form, True)
    assert form.book.verdict(form.here[0], "correct") is None and (form.place, form.active) == (0, 0)
    grade(form, False, "right_page")
    assert form.shown["answers"][0]["right_page"] is False and form.place == 0


def test_grading_is_blind(form):
    drawn = {key: value for key, value in form.shown.items() if key not in ("systems", "arms")}
    assert "rag" not in str(drawn).lower().replace("drag", "") and "prompt" not in str(drawn).lower()


def test_one_by_one_and_another_grader_have_their_own_order(form):
    form.take({"do": "mode", "mode": "one"})
    assert len(form.pages) == 24 and form.shown["place"] == "1 of 24"
    before = [answer.key for page in form.pages for answer in page]
    form.take({"do": "grader", "name": "Ben"})
    assert [answer.key for page in form.pages for answer in page] != before
    form.take({"do": "grader", "name": " "})
    assert form.message == ("Please type the name of whoever grades.", True)


def test_grades_go_out_as_csv_and_into_the_evidence(form, client_file):
    form.take({"do": "evidence", "arm_of": {"rag": "rag", "prompt": "prompt"}})
    assert form.message[1]
    for page in form.pages:
        for answer in page:
            form.book.put(answer, correct=answer.system == "rag")
    form.take({"do": "export"})
    assert (form.evaluation.folder / "grades-Anna.csv").read_text().count("\n") == 25
    form.take({"do": "evidence", "arm_of": {"rag": "rag", "prompt": "prompt"}})
    evidence = load_client(client_file).evidence
    assert (evidence.rag_score, evidence.prompt_score, evidence.eval_examples) == (1.0, 0.0, 12)


def test_the_example_never_becomes_evidence(client_file):
    form = GradingForm(client_file)
    assert form.evaluation.is_example and len(form.evaluation.graders()) == 2
    form.take({"do": "evidence", "arm_of": {}})
    assert "invented" in form.message[0] and load_client(client_file).evidence.rag_score is None


def test_answers_that_cannot_be_read_are_said_and_the_newest_evaluation_is_opened(form, client_file, tmp_path):
    form.take({"do": "import", "path": str(tmp_path / "none.csv")})
    assert form.message[1] and "none.csv" in form.message[0]
    assert open_evaluation(client_file).name == "pilot" and [each.name for each in evaluations(client_file)] == [
        "pilot"
    ]


class Judge:
    """A model that says yes to everything with a citation, and is asked no system's name."""

    def generate(self, prompts, max_new_tokens, stop, answered):
        for place, prompt in enumerate(prompts):
            assert "rag" not in prompt.lower().split()
            answered(place, type("Reply", (), {"text": "Yes." if "[" in prompt else "no" if place else "Hm"}))


def test_a_judge_grades_beside_and_stops_when_told(form, monkeypatch):
    monkeypatch.setattr("lib.models.load_model", lambda name: Judge())
    book = form.evaluation.book("judge small")
    asked_for = []
    judged(book, "endpoint:small", lambda: len(asked_for) >= 3, lambda done, of: asked_for.append((done, of)))
    assert len(asked_for) == 3 and asked_for[-1][1] == 24
    judged(book, "endpoint:small")
    assert sum(grade.correct for grade in book.grades.values()) == 11
    assert "judge small" in form.evaluation.graders()
    assert verdict_of(" **Yes**, it does") is True and verdict_of("No.") is False and verdict_of("Perhaps") is None
    assert "Expected answer" in asked(form.here[0])


class Endpoint(BaseHTTPRequestHandler):
    """An OpenAI-compatible server whose model says yes to every answer that names a page."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"][-1]["content"]
        choice = {"index": 0, "delta": {"content": "Yes." if "[" in asked else "No."}, "finish_reason": "stop"}
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps({'model': 'small', 'choices': [choice]})}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, *_):
        pass


def test_a_judge_behind_a_live_endpoint_grades_every_answer_and_says_so(form, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    try:
        form.take({"do": "judge", "model": "small"})
        deadline = time.monotonic() + 60
        while form.judging and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        server.shutdown()
        server.server_close()
    assert form.shown["message"] == [
        "small has graded 24 answers; its agreement with you stands below after a new run.",
        False,
    ]
    assert sum(grade.correct for grade in form.evaluation.book("judge small").grades.values()) == 11


def test_a_judge_outside_the_house_is_not_asked_where_data_must_stay(form, client_file, monkeypatch):
    from lib.forms.state import ClientState

    state = ClientState(client_file, later=lambda _: None)
    state.set("constraints.data_must_stay_in_house", True)
    state.save()
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.example.com/v1")
    form.take({"do": "judge", "model": "small"})
    assert form.message[1] and not form.judging
    assert grading_module.ONE_BY_ONE == "one"
