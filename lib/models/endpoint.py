"""A model behind an OpenAI-compatible endpoint, asked through the ``openai`` client with its own retries and waits.

The address is ``OPENAI_BASE_URL``, the key ``OPENAI_API_KEY``, read at each use and never kept, shown or logged. A
client whose data must stay in the house is never asked at a host outside of it.
"""

import ipaddress
import json
import logging
import math
import os
import re
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

from lib.errors import InputError
from lib.models.answering import AnsweringModel, Done, Generation
from lib.quiet import quiet_loggers

if TYPE_CHECKING:
    from openai import OpenAI

ENDPOINT = "endpoint:"
BASE_URL = "OPENAI_BASE_URL"
API_KEY = "OPENAI_API_KEY"
# A token of English text has about four characters (OpenAI's own rule of thumb).
CHARACTERS_PER_TOKEN = 4
# Room for what a model writes to itself before it answers; paid, but not shown.
_THINKING_TOKENS = 4_096
# What the usual hosted models read; a server that reads less and does not say so refuses by itself.
_USUAL_WINDOW = 128_000
# What servers call it in their list of models: vLLM and SGLang, OpenRouter and Together, Groq.
_WINDOW_NAMES = ("max_model_len", "context_length", "context_window")
# What some servers refuse by name, and what is sent in its place (nothing, for None).
_REPLACEMENTS = {"max_tokens": "max_completion_tokens", "temperature": None, "stream_options": None}
# The HTTP library logs whole addresses, and an address may hold a password or a token.
_LOGGERS = ("httpx2", "httpcore2", "httpx", "httpcore", "openai")
_TOO_LONG = re.compile(r"context.?length|context.?window|maximum context|prompt is too long|exceed\w* .*context", re.I)
_REDIRECT = f"answers with a redirect; set {BASE_URL} to the address that it leads to"
_BY_STATUS = {
    **dict.fromkeys((301, 302, 307, 308), _REDIRECT),
    401: f"refuses the key (401); set {API_KEY} to one that belongs to the endpoint of {BASE_URL}",
    403: f"does not let this key use the model (403); set {API_KEY} to one that may, or name another model",
    404: f"knows no such model (404); check the name after endpoint:, and {BASE_URL}, which often ends in /v1",
    429: "takes no more requests (429), retries included; wait, or look at the account's limits",
}
_Told = TypeVar("_Told")


@dataclass(frozen=True)
class Address:
    """An endpoint's host and port, for people; the rest of its address may hold secrets and does not show itself."""

    host: str
    in_house: bool
    base_url: str | None = field(default=None, repr=False)
    login: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def of_environment(cls) -> "Address":
        """Read ``OPENAI_BASE_URL``; without one the client asks OpenAI itself.

        Raises:
            InputError: it is not an address, or would send the key in the open to a host outside the house.
        """
        given = os.environ.get(BASE_URL, "").strip()
        if not given:
            return cls("OpenAI", in_house=False)
        try:
            parts = urlsplit(given)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.scheme not in {"http", "https"} or not host:
            raise InputError(f"{BASE_URL} is no address of a server; it must look like https://HOST/v1.")
        in_house = _stands_in_house(host)
        shown = f"[{host}]" if ":" in host else host
        if parts.scheme == "http" and not in_house:
            raise InputError(f"{BASE_URL} names {shown}, outside the house, with http; it must start with https.")
        shown = f"{shown}:{port}" if port else shown
        # A user name and password in the address are sent as such, and kept out of what is logged.
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        return cls(shown, in_house, urlunsplit((parts.scheme, shown, parts.path, parts.query, "")), login)


def _stands_in_house(host: str) -> bool:
    """Say whether every address that a name stands for is loopback or private."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    numbers = [ipaddress.ip_address(address.partition("%")[0]) for address in found]
    # An IPv4 address written as an IPv6 one is judged by itself.
    numbers = [getattr(number, "ipv4_mapped", None) or number for number in numbers]
    return bool(numbers) and all(number.is_loopback or number.is_private for number in numbers)


def endpoint_name(model: str | Path | None) -> str | None:
    """Return the model's name at the endpoint (``endpoint:NAME``), or ``None`` where it runs on this machine.

    Raises:
        InputError: the name is empty.
    """
    if not isinstance(model, str) or not model.startswith(ENDPOINT):
        return None
    name = model.removeprefix(ENDPOINT).strip()
    if not name:
        raise InputError(f"model is {model!r}; it must name a model of the endpoint, as in endpoint:gpt-4o-mini.")
    return name


def is_remote(model: str | Path | None) -> bool:
    """Say whether prompts to ``model``, as ``load_model`` takes it, leave the house."""
    return endpoint_name(model) is not None and not Address.of_environment().in_house


def refuse_remote(model: str | Path | None, data_must_stay_in_house: bool) -> None:
    """Refuse a model outside the house where the client's data must stay in it.

    Raises:
        InputError: it is asked there, or ``OPENAI_BASE_URL`` is no address.
    """
    if data_must_stay_in_house and is_remote(model):
        raise InputError(
            f"constraints.data_must_stay_in_house is true, but the model is asked at {Address.of_environment().host}, "
            f"outside the house; give a folder, a Hugging Face id, or an {BASE_URL} on this machine or a private network."
        )


def endpoint_fingerprint(model: str) -> str:
    """Return what tells an endpoint's model from others: its name and host. Nothing is sent."""
    return f"{ENDPOINT}{model}@{Address.of_environment().host}"


def estimate_tokens(text: str) -> int:
    """Estimate a text's tokens as characters / 4, where no tokenizer is at hand."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


class EndpointModel(AnsweringModel):
    """A model that is asked over HTTP, each prompt as one user message; see ``AnsweringModel``.

    Answers are streamed and greedy (temperature 0). What stands behind a name can change without a sign of it here.
    """

    concurrency = 4  # requests under way at the same time
    connect_seconds = 10.0  # longest wait for a connection
    read_seconds = 120.0  # longest silence, before the first token or between two
    # How often the ``openai`` client tries again after 408, 409, 429, 5xx, a time-out or a lost connection before
    # an answer begins; it honours ``Retry-After``.
    retries = 6

    def __init__(self, model: str) -> None:
        """Read ``OPENAI_BASE_URL``; nothing is sent.

        Raises:
            InputError: it is no address.
        """
        from openai import DefaultHttpxClient, Timeout

        self.model, self.address = model, Address.of_environment()
        self.name = f"{model} at {self.address.host}"
        self.fingerprint = endpoint_fingerprint(model)
        self._replaced: dict[str, str | None] = {}
        self._served_as: set[str] = set()
        self._uncounted = self._thinking = 0
        sent = self._sent = threading.local()
        # No redirect is followed (the prompt would go where nobody agreed to), and no proxy asked in the house.
        self._pool = DefaultHttpxClient(
            timeout=Timeout(self.read_seconds, connect=self.connect_seconds),
            follow_redirects=False,
            mounts={"http://": None, "https://": None} if self.address.in_house else None,
            auth=self.address.login,
            # A retry counts anew: an answer's seconds are those of the request that succeeded.
            event_hooks={"request": [lambda _: setattr(sent, "at", time.perf_counter())]},
        )
        weakref.finalize(self, self._pool.close)

    def __repr__(self) -> str:
        """Show the model without the endpoint's whole address."""
        return f"EndpointModel({self.name!r})"

    @cached_property
    def window(self) -> int:
        """Tokens that prompt and answer may have together: as the server tells, else 128,000."""
        with self._client() as client:
            return self._safely(lambda: _told_window(client, self.model))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the answers should know, as far as it has shown so far."""
        notes = [f"The endpoint names its model {name}." for name in sorted(self._served_as - {self.model})]
        if "temperature" in self._replaced:
            notes.append("The endpoint takes no temperature, so its answers are not greedy and may differ next time.")
        if self._uncounted:
            notes.append(f"{self._uncounted} answers came without token counts; these are estimates, characters / 4.")
        if self._thinking:
            notes.append(
                f"The model thinks before it answers: each answer had room for {self._thinking:,} tokens of it."
            )
        return tuple(notes)

    def count_tokens(self, prompt: str) -> int:
        """Estimate a prompt's tokens before it is sent."""
        return estimate_tokens(prompt)

    def perplexity(
        self, prompts: Sequence[str], answers: Sequence[str], progress: Done | None = None
    ) -> list[float | None]:
        """Return ``None`` for every prompt: an endpoint gives no likelihoods."""
        return [None] * len(prompts)

    @contextmanager
    def adapted(self, adapter: Path | None) -> Iterator["EndpointModel"]:
        """Refuse an adapter; see ``AnsweringModel.adapted``.

        Raises:
            InputError: one is given.
        """
        if adapter is not None:
            raise InputError(
                f"model: {self.name} takes no adapter trained here; export the training pairs as chat JSONL, have the "
                f"provider fine-tune on them, and name the result as {ENDPOINT}NAME for the fine-tuned arms."
            )
        yield self

    def _answers(
        self, prompts: Sequence[str], max_new_tokens: int, stop: str | None, batch: int | None
    ) -> Iterator[tuple[int, Generation]]:
        """Ask in threads. Chat models end their turns themselves: no ``stop``."""
        answered = silent = 0
        executor = ThreadPoolExecutor(max_workers=min(self.concurrency, batch or self.concurrency))
        try:
            with self._client() as client:
                asked = {
                    executor.submit(self._safely, lambda p=prompt: self._ask(client, p, max_new_tokens)): number
                    for number, prompt in enumerate(prompts)
                }
                for done in as_completed(asked):
                    answer, cut_off = done.result()
                    answered += 1
                    silent += cut_off and not answer.text
                    yield asked[done], answer
        finally:
            # After a failure nothing more is sent; what is under way ends by itself.
            executor.shutdown(wait=answered == len(prompts), cancel_futures=True)
        if prompts and silent == len(prompts):
            raise InputError(
                f"model: {self.name} spent {max_new_tokens + self._thinking} tokens without a word of an answer; it "
                "seems to think first, so name a model that thinks less or not at all."
            )

    def _ask(self, client: "OpenAI", prompt: str, most: int) -> tuple[Generation, bool]:
        """Ask, the client's own retries included; also say whether the answer was cut off.

        A model that was cut off before its first word thinks first: it is asked again, and has room for that from
        then on.
        """
        thinking = self._thinking
        stream = self._send(client, prompt, most + thinking)
        sent, first, ending, usage, parts = self._sent.at, None, None, None, []
        try:
            with stream:
                for chunk in stream:
                    # Counts stand in a chunk of their own (OpenAI) or in the last (others).
                    usage = getattr(chunk, "usage", None) or usage
                    self._served_as |= {chunk.model} if getattr(chunk, "model", None) else set()
                    for choice in chunk.choices or []:
                        if choice.delta and choice.delta.content:
                            first = first or time.perf_counter()
                            parts.append(choice.delta.content)
                        ending = choice.finish_reason or ending
        except (json.JSONDecodeError, UnicodeDecodeError, AttributeError, TypeError) as error:
            raise _NotTheExpectedStream(type(error).__name__) from None
        if ending is None:
            raise _NotTheExpectedStream("it has no end")
        text, seconds = " ".join("".join(parts).split()), time.perf_counter() - sent
        if ending == "length" and not text and not thinking:
            self._thinking = _THINKING_TOKENS
            return self._ask(client, prompt, most)
        read, written = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
        self._uncounted += read is None or written is None
        read = estimate_tokens(prompt) if read is None else read
        written = estimate_tokens(text) if written is None else written
        cached = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None) or 0
        first_token_seconds = None if first is None else first - sent
        return Generation(text, read, written, seconds, cached, first_token_seconds), ending == "length"

    def _send(self, client: "OpenAI", prompt: str, most: int) -> Any:
        """Send a request, without what this server has shown to refuse."""
        from openai import APIStatusError

        settings = {"max_tokens": most, "temperature": 0, "stream_options": {"include_usage": True}}
        replaced = dict(self._replaced)
        while True:
            sent = {replaced.get(name, name): value for name, value in settings.items()}
            sent.pop(None, None)
            try:
                return client.chat.completions.create(
                    model=self.model, messages=[{"role": "user", "content": prompt}], stream=True, **sent
                )
            except APIStatusError as error:
                refused = [
                    name
                    for name in _REPLACEMENTS
                    if name in sent and error.status_code in {400, 422} and re.search(rf"\b{name}\b", _words(error))
                ]
                if not refused or _TOO_LONG.search(_words(error)):
                    raise
                replaced |= {name: _REPLACEMENTS[name] for name in refused}
                self._replaced |= replaced

    @contextmanager
    def _client(self) -> Iterator["OpenAI"]:
        """Open a client with the key as it stands in the environment now."""
        from openai import OpenAI

        key = os.environ.get(API_KEY, "").strip()
        if not key and not self.address.in_house:
            raise InputError(f"{API_KEY} is not set; {self.address.host} asks for a key, so set it to yours.")
        with quiet_loggers(_LOGGERS, logging.WARNING):
            yield OpenAI(
                api_key=key or "none-needed",
                base_url=self.address.base_url,
                http_client=self._pool,
                max_retries=self.retries,
            )

    def _safely(self, ask: Callable[[], _Told]) -> _Told:
        """Ask, and turn what goes wrong into one sentence; no trace leads back to a request with its key."""
        from openai import OpenAIError

        try:
            return ask()
        except (OpenAIError, _NotTheExpectedStream) as error:
            said = _problem(error, self.read_seconds)
        raise InputError(f"model: {self.name} {said}.")


class _NotTheExpectedStream(Exception):
    """A stream that is not one of chat completions, or that broke off."""


def _told_window(client: "OpenAI", model: str) -> int:
    """Ask the server's list of models how much ``model`` reads; 128,000 where the list does not say."""
    from openai import APIResponseValidationError, APIStatusError, APITimeoutError, AuthenticationError

    try:
        listed = client.with_options(max_retries=0, timeout=10.0).models.list()
        ours = next((entry for entry in listed if entry.id == model), None)
    except AuthenticationError:
        raise
    except (APIStatusError, APITimeoutError, APIResponseValidationError, ValueError, AttributeError, TypeError):
        # Many servers keep no such list, or another kind of list.
        return _USUAL_WINDOW
    told = (getattr(ours, name, None) for name in _WINDOW_NAMES)
    return next((window for window in told if isinstance(window, int) and window > 0), _USUAL_WINDOW)


def _problem(error: Exception, seconds: float) -> str:
    """Say what went wrong and what to do, in words that hold no secret."""
    from openai import APIConnectionError, APITimeoutError

    status = getattr(error, "status_code", None)
    if isinstance(error, _NotTheExpectedStream):
        return f"does not stream whole chat completions; check {BASE_URL}, which often ends in /v1"
    if isinstance(error, APITimeoutError):
        return f"kept silent for {seconds:g} seconds, retries included; check {BASE_URL} and how busy the server is"
    if isinstance(error, APIConnectionError):
        return f"cannot be reached or broke off, retries included; check {BASE_URL} and that the server runs"
    if status == 413 or (status in {400, 422} and _TOO_LONG.search(_words(error))):
        return f"finds the prompt too long ({_shown(error)}); name a model that reads more, or lower --k"
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status is None or status >= 500 or status == 408:
        return f"fails ({status or 'broken off'}), retries included ({_shown(error)}); ask again later"
    return f"refuses the request ({status}: {_shown(error)}); check the model's name and {BASE_URL}"


def _words(error: Exception) -> str:
    """Return the server's own words: ``{"error": {"message": …}}`` of OpenAI, ``{"detail": …}`` of FastAPI."""
    body = getattr(error, "body", None)
    if isinstance(body, str):
        return body
    if isinstance(body, dict):
        for name in ("message", "detail", "error"):
            if isinstance(body.get(name), str):
                return body[name]
    return str(getattr(error, "message", "") or error)


def _shown(error: Exception) -> str:
    words = " ".join(_words(error).split())
    key = os.environ.get(API_KEY, "")
    # Some servers repeat the key, or parts of it, in their answer.
    words = words.replace(key, "…") if key else words
    words = re.sub(r"\b(sk|Bearer)[-_ ][^\s\"']+", "…", words)
    words = re.sub(r"//[^\s/@]+@", "//…@", words)
    return words[:200].rstrip(".") or "no reason given"
