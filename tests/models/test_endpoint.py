"""An endpoint that fails in every way that servers do: waited for, explained in one sentence, no secret told."""

import contextlib
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib.errors import InputError
from lib.models import AnsweringModel, EndpointModel, TrainingExample, train_adapter

KEY = "sk-a-key-that-nobody-may-see"


def sse(*events):
    return "".join(f"data: {json.dumps(event) if isinstance(event, dict) else event}\n\n" for event in events)


def piece(text=None, ending=None, **more):
    return {"model": "served", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": ending}], **more}


def whole(text, usage=None):
    """Give a whole stream as OpenAI sends it: text in pieces, then the counts in a chunk without choices."""
    counts = [{"model": "served", "choices": [], "usage": usage}] if usage else []
    pieces = [piece(text[:3]), piece(text[3:]), piece(ending="stop")]
    return 200, {"Content-Type": "text/event-stream"}, sse(*pieces, *counts, "[DONE]")


def failing(status, message="no", **headers):
    body = json.dumps({"error": {"message": message, "code": "x"}})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json"} | named, body


class Server:
    """Answers each prompt with itself, after what ``script`` holds: one reply a request, or a function of it."""

    def __init__(self):
        self.script, self.requests, self.times = [], [], []
        self.under_way = self.most_under_way = 0
        self.pause = 0.0
        self.models = failing(404)
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                self.reply(*server.models)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with server.lock:
                    server.requests.append((body, self.headers))
                    server.times.append(time.perf_counter())
                    server.under_way += 1
                    server.most_under_way = max(server.most_under_way, server.under_way)
                    step = server.script.pop(0) if server.script else None
                if server.pause:
                    time.sleep(server.pause)
                if callable(step):
                    step = step(body)
                with server.lock:
                    server.under_way -= 1
                self.reply(*(step or whole(body["messages"][0]["content"])))

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                # A client that has gone by now is what some tests are about.
                with contextlib.suppress(OSError):
                    self.wfile.write(body.encode())

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.http.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    # The client's own waits, shortened: what is tested is that it waits and how often.
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    yield server
    server.close()


def model(**settings):
    """Make the endpoint's model with other waits than a user's."""
    return type("Asked", (EndpointModel,), {"window": 1000, "retries": 2} | settings)("small")


def refusal(asked, prompts=("Why?",)):
    with pytest.raises(InputError) as raised:
        asked.generate(list(prompts))
    assert KEY not in str(raised.value) and str(raised.value).count("\n") == 0
    return str(raised.value)


def test_an_answer_is_asked_for_as_one_user_message_and_comes_with_its_counts(server):
    usage = {"prompt_tokens": 1000, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 400}}
    server.script = [whole("Hello\n  there.", usage)]
    asked = model(concurrency=1)
    (answer,) = asked.generate(["Why?"], max_new_tokens=7)
    body, headers = server.requests[0]
    assert body == {
        "model": "small",
        "messages": [{"role": "user", "content": "Why?"}],
        "max_tokens": 7,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert (answer.text, answer.prompt_tokens, answer.cached_tokens, answer.answer_tokens) == (
        "Hello there.", 1000, 400, 20,
    )  # fmt: skip
    assert 0 < answer.first_token_seconds <= answer.seconds
    assert isinstance(asked, AnsweringModel) and asked.notes == ("The endpoint names its model served.",)


def test_counts_that_the_endpoint_does_not_give_are_estimated_and_said_to_be(server):
    server.script = [whole("12345678")]
    asked = model()
    (answer,) = asked.generate(["123456789"])
    assert (answer.prompt_tokens, answer.answer_tokens) == (3, 2)
    assert asked.notes[-1] == "1 answers came without token counts; these are estimates, characters / 4."


def test_answers_keep_the_order_of_the_prompts_and_no_more_are_under_way_than_allowed(server):
    server.pause = 0.03
    prompts = [f"prompt {n}" for n in range(12)]
    answers = model(concurrency=3).generate(prompts)
    assert [answer.text for answer in answers] == prompts
    assert server.most_under_way == 3


def test_one_at_a_time_is_one_at_a_time(server):
    server.pause = 0.02
    model(concurrency=4).generate(["a", "b", "c"], batch=1)
    assert server.most_under_way == 1


def test_too_many_requests_are_tried_again_after_the_time_that_the_server_names(server):
    server.script = [failing(429, Retry_After="0.4")]
    (answer,) = model().generate(["Why?"])
    assert answer.text == "Why?" and len(server.requests) == 2
    assert server.times[1] - server.times[0] >= 0.4
    # The wait is not the model's: its seconds are those of the request that succeeded.
    assert answer.seconds < server.times[1] - server.times[0]


@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_passing_failures_are_tried_again_and_lasting_ones_explained(server, status):
    server.script = [failing(status), failing(status)]
    assert model().generate(["Why?"])[0].text == "Why?"
    server.script = [failing(status)] * 3
    assert str(status) in refusal(model()) and len(server.requests) == 6


def test_a_server_that_keeps_silent_is_given_up(server):
    server.pause = 1.0
    said = refusal(model(read_seconds=0.1, retries=1))
    assert "kept silent for 0.1 seconds" in said and "OPENAI_BASE_URL" in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html>a web page</html>", "does not stream whole chat completions"),
        ("data: {no json\n\n", "does not stream whole chat completions"),
        ("data: [1, 2]\n\n", "does not stream whole chat completions"),
        (sse(piece("half an ans")), "does not stream whole chat completions"),
        (sse(piece("half"), {"error": {"message": "out of memory"}}), "out of memory"),
    ],
)
def test_a_broken_stream_is_explained(server, body, said):
    server.script = [(200, {"Content-Type": "text/event-stream"}, body)]
    assert said in refusal(model())


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "OPENAI_API_KEY"), (403, "OPENAI_API_KEY"), (404, "no such model"), (308, "redirect"), (400, "no such")],
)
def test_what_trying_again_cannot_mend_is_said_at_once(server, status, words):
    server.script = [failing(status, f"no such thing, {KEY}", Location="http://127.0.0.1:9/v1")]
    said = refusal(model(concurrency=1))
    assert words in said and ("OPENAI_BASE_URL" in said or "small" in said) and len(server.requests) == 1


def test_after_a_failure_no_further_prompts_are_sent(server):
    server.script = [failing(401)] * 50
    refusal(model(concurrency=2), [f"prompt {n}" for n in range(50)])
    time.sleep(0.1)
    assert len(server.requests) < 10


def test_answers_that_came_before_a_failure_can_be_kept(server):
    server.script = [None, failing(401)]
    kept = {}
    with pytest.raises(InputError):
        model(concurrency=1).generate(["a", "b", "c"], answered=kept.__setitem__)
    assert {number: answer.text for number, answer in kept.items()} == {0: "a"}


def test_a_host_that_nobody_serves_is_one_sentence(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    said = refusal(model(retries=0))
    assert "127.0.0.1:9 cannot be reached" in said and "OPENAI_BASE_URL" in said


def test_a_prompt_beyond_the_window_is_refused_before_it_is_sent_and_by_the_server(server):
    with pytest.raises(InputError, match="window of 1000 tokens of small at"):
        model().generate(["word " * 1000], max_new_tokens=8)
    assert not server.requests
    server.script = [failing(400, "This model's maximum context length is 512 tokens; max_tokens was 48.")]
    assert "--k" in refusal(model()) and len(server.requests) == 1


def test_what_a_server_does_not_know_is_left_out_or_renamed_once(server):
    def demanding(body):
        for name, words in {
            "max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "temperature": "Unsupported value: 'temperature' does not support 0 with this model.",
            "stream_options": "unknown field stream_options",
        }.items():
            if name in body:
                return failing(400, words)
        return None

    server.script = [demanding] * 8
    asked = model(concurrency=1)
    assert [answer.text for answer in asked.generate(["a", "b"], max_new_tokens=9)] == ["a", "b"]
    last, _ = server.requests[-1]
    assert last["max_completion_tokens"] == 9 and len(server.requests) == 3 + 2
    assert any("not greedy" in note for note in asked.notes)


SILENT = 200, {"Content-Type": "text/event-stream"}, sse(piece(""), piece(ending="length"), "[DONE]")


def test_a_model_that_thinks_first_is_given_room_for_it(server):
    server.script = [SILENT]
    asked = model(concurrency=1)
    assert [answer.text for answer in asked.generate(["a", "b"], max_new_tokens=9)] == ["a", "b"]
    assert [body["max_tokens"] for body, _ in server.requests] == [9, 9 + 4096, 9 + 4096]
    assert "room for 4,096 tokens" in asked.notes[-1]


def test_a_model_that_thinks_all_its_tokens_away_is_named(server):
    server.script = [SILENT] * 2
    assert "thinks less" in refusal(model())


def test_the_window_is_what_the_servers_list_says(server):
    listed = {"object": "list", "data": [{"id": "other"}, {"id": "small", "max_model_len": 4096}]}
    server.models = (200, {"Content-Type": "application/json"}, json.dumps(listed))
    assert EndpointModel("small").window == 4096
    server.models = (200, {"Content-Type": "text/html"}, "<html>")
    assert EndpointModel("small").window == 128_000
    server.models = failing(500)
    assert EndpointModel("small").window == 128_000
    server.models = failing(401)
    with pytest.raises(InputError, match="OPENAI_API_KEY"):
        _ = EndpointModel("small").window


def test_neither_key_nor_password_is_shown_or_logged(server, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    port = server.http.server_port
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://person:passw0rd@127.0.0.1:{port}/v1?token=t0ken")
    asked = model()
    server.script = [failing(500, KEY), whole("fine"), failing(403, KEY)]
    asked.generate(["Why?"])
    shown = [refusal(asked), repr(asked), str(vars(asked)), asked.name, asked.fingerprint, *asked.notes, caplog.text]
    for text in shown:
        assert not any(secret in text for secret in (KEY, "passw0rd", "t0ken"))
    # The user name and password do reach the server: "person:passw0rd" in base64.
    assert server.requests[0][1]["Authorization"] == "Basic cGVyc29uOnBhc3N3MHJk"


def test_an_endpoints_model_takes_no_adapter(server, tmp_path):
    asked = model()
    with asked.adapted(None) as same:
        assert same is asked
    with pytest.raises(InputError, match="endpoint:NAME"), asked.adapted(tmp_path):
        pass
    with pytest.raises(InputError, match="cannot be trained here"):
        train_adapter(asked, [TrainingExample("Why?", "So.")], tmp_path)
    assert asked.perplexity(["Why?"], ["So."]) == [None]


def test_a_proxy_is_passed_by_for_a_server_in_the_house(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    assert model(retries=0).generate(["Why?"])[0].text == "Why?"
