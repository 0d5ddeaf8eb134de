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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

from lib.errors import InputError
from lib.models.answering import Done, Generation, TokenPrices
from lib.quiet import quiet_loggers

if TYPE_CHECKING:
    from openai import OpenAI

ENDPOINT = "endpoint:"
BASE_URL = "OPENAI_BASE_URL"
API_KEY = "OPENAI_API_KEY"
# A token of English text has about four characters (OpenAI's own rule of thumb).
CHARACTERS_PER_TOKEN = 4
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
    429: "takes no more requests (429), retries included; lower endpoint.concurrency or look at the account's limits",
}
_Told = TypeVar("_Told")


@dataclass(frozen=True)
class EndpointSettings:
    """How an endpoint is asked.

    Attributes:
        concurrency: requests under way at the same time.
        connect_seconds: longest wait for a connection.
        read_seconds: longest silence, before the first token or between two.
        retries: how often the ``openai`` client tries again after 408, 409, 429, 5xx, a time-out or a lost
            connection before an answer begins; it honours ``Retry-After``.
        window: tokens that prompt and answer may have together; ``None`` asks the server.
        prices: gives each answer its ``cost_usd``.
        thinking_tokens: room for what a model writes to itself before it answers; paid, but not shown.
    """

    concurrency: int = 4
    connect_seconds: float = 10.0
    read_seconds: float = 120.0
    retries: int = 6
    window: int | None = None
    prices: TokenPrices | None = None
    thinking_tokens: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be asked with."""
        for name, low in {"concurrency": 1, "retries": 0, "thinking_tokens": 0, "window": 1}.items():
            value = getattr(self, name)
            if not (name == "window" and value is None) and (type(value) is not int or value < low):
                raise InputError(f"endpoint.{name} is {value!r}; it must be a whole number of at least {low}.")
        for name in ("connect_seconds", "read_seconds"):
            if not getattr(self, name) > 0:
                raise InputError(f"endpoint.{name} is {getattr(self, name)!r}; it must be above 0.")


@dataclass(frozen=True)
class Address:
    """An endpoint's host and port, for people; the rest of its address may hold secrets and is left out."""

    host: str
    in_house: bool

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
        return cls(f"{shown}:{port}" if port else shown, in_house)


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


def is_remote(model: Any) -> bool:
    """Say whether prompts to ``model`` (as ``load_model`` takes it, or gives it) leave the house."""
    address = getattr(model, "address", None)
    if isinstance(address, Address):
        return not address.in_house
    return endpoint_name(model) is not None and not Address.of_environment().in_house


def refuse_remote(model: Any, data_must_stay_in_house: bool) -> None:
    """Raise ``InputError`` where the client's data must stay in the house and ``model`` is outside of it."""
    if data_must_stay_in_house and is_remote(model):
        address = getattr(model, "address", None) or Address.of_environment()
        raise InputError(
            f"constraints.data_must_stay_in_house is true, but the model is asked at {address.host}, outside the "
            f"house; give a folder, a Hugging Face id, or an {BASE_URL} on this machine or a private network."
        )


def endpoint_fingerprint(model: str, settings: EndpointSettings | None = None) -> str:
    """Return what tells an endpoint's model from others: its name and host. Nothing is sent."""
    thinking = f" thinking {settings.thinking_tokens}" if settings and settings.thinking_tokens else ""
    return f"endpoint:{model}@{Address.of_environment().host}{thinking}"


def estimate_tokens(text: str) -> int:
    """Estimate a text's tokens as characters / 4, where no tokenizer is at hand."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


class EndpointModel:
    """A model that is asked over HTTP, each prompt as one user message; see ``AnsweringModel``.

    Answers are streamed and greedy (temperature 0) and asked for by ``settings.concurrency`` threads. What stands
    behind a name can change without a sign of it here.
    """

    def __init__(self, model: str, settings: EndpointSettings | None = None) -> None:
        """Read ``OPENAI_BASE_URL``; nothing is sent. Raises ``InputError`` where it is no address."""
        self.model, self.settings = model, settings or EndpointSettings()
        self.address = Address.of_environment()
        self.name = f"{model} at {self.address.host}"
        self.fingerprint = endpoint_fingerprint(model, self.settings)
        self._window = self.settings.window
        self._replaced: dict[str, str | None] = {}
        self._served_as: set[str] = set()
        self._uncounted = 0
        self._sent = threading.local()
        self._connect = self._open()

    def __repr__(self) -> str:
        """Show the model without the endpoint's whole address."""
        return f"EndpointModel({self.name!r})"

    @property
    def window(self) -> int:
        """Tokens that prompt and answer may have together: as set, else as the server tells, else 128,000."""
        if self._window is None:
            with self._client() as client:
                self._window = self._safely(lambda: _told_window(client, self.model))
        return self._window

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the answers should know, as far as it has shown so far."""
        notes = [f"The endpoint names its model {name}." for name in sorted(self._served_as - {self.model})]
        if "temperature" in self._replaced:
            notes.append("The endpoint takes no temperature, so its answers are not greedy and may differ next time.")
        if self._uncounted:
            notes.append(f"{self._uncounted} answers came without token counts; these are estimates, characters / 4.")
        return tuple(notes)

    def count_tokens(self, prompt: str) -> int:
        """Estimate a prompt's tokens before it is sent."""
        return estimate_tokens(prompt)

    def perplexity(
        self, prompts: Sequence[str], answers: Sequence[str], *, progress: Done | None = None
    ) -> list[float | None]:
        """Return ``None`` for every prompt: an endpoint gives no likelihoods."""
        return [None] * len(prompts)

    @contextmanager
    def adapted(self, adapter: Path | None) -> Iterator["EndpointModel"]:
        """Refuse an adapter; see ``AnsweringModel.adapted``."""
        if adapter is not None:
            raise InputError(
                f"model: {self.name} takes no adapter trained here; export the training pairs as chat JSONL, have the "
                f"provider fine-tune on them, and name the result as {ENDPOINT}NAME for the fine-tuned arms."
            )
        yield self

    def generate(
        self,
        prompts: Sequence[str],
        max_new_tokens: int = 64,
        *,
        stop: str | None = "\n",
        batch: int | None = None,
        progress: Done | None = None,
        answered: Callable[[int, Generation], None] | None = None,
    ) -> list[Generation]:
        """Answer each prompt; see ``AnsweringModel.generate``. Chat models end their turns themselves: no ``stop``."""
        for prompt in prompts:
            if (tokens := self.count_tokens(prompt)) + max_new_tokens > self.window:
                raise InputError(
                    f"model: a prompt of {tokens} tokens and an answer of {max_new_tokens} do not fit the "
                    f"window of {self.window} tokens of {self.name}."
                )
        answers: dict[int, Generation] = {}
        cut_short = 0
        workers = min(self.settings.concurrency, batch or self.settings.concurrency)
        executor = ThreadPoolExecutor(max_workers=workers)
        try:
            with self._client() as client:
                asked = {
                    executor.submit(self._safely, lambda p=prompt: self._ask(client, p, max_new_tokens)): n
                    for n, prompt in enumerate(prompts)
                }
                for answer in as_completed(asked):
                    number = asked[answer]
                    answers[number], unfinished = answer.result()
                    cut_short += unfinished and not answers[number].text
                    if answered:
                        answered(number, answers[number])
                    if progress:
                        progress(len(answers), len(prompts))
        finally:
            # After a failure nothing more is sent; what is under way ends by itself.
            executor.shutdown(wait=len(answers) == len(prompts), cancel_futures=True)
        if prompts and cut_short == len(prompts):
            raise InputError(
                f"model: {self.name} spent all of its {max_new_tokens} tokens without a word of an answer; "
                "it seems to think first, so raise endpoint.thinking_tokens or name a model that does not."
            )
        return [answers[number] for number in range(len(prompts))]

    def _ask(self, client: "OpenAI", prompt: str, most: int) -> tuple[Generation, bool]:
        """Ask once, the client's own retries included; also say whether the answer was cut off."""
        stream = self._send(client, prompt, most)
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
        text, seconds = "".join(parts), time.perf_counter() - sent
        read, written = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
        self._uncounted += read is None or written is None
        read = estimate_tokens(prompt) if read is None else read
        written = estimate_tokens(text) if written is None else written
        cached = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None) or 0
        prices = self.settings.prices
        return (
            Generation(
                text=" ".join(text.split()),
                prompt_tokens=read,
                answer_tokens=written,
                seconds=seconds,
                cached_tokens=cached,
                first_token_seconds=None if first is None else first - sent,
                cost_usd=prices.usd(read, written, cached) if prices else None,
            ),
            ending == "length",
        )

    def _send(self, client: "OpenAI", prompt: str, most: int) -> Any:
        """Send a request, without what this server has shown to refuse."""
        from openai import APIStatusError

        settings = {
            "max_tokens": most + self.settings.thinking_tokens,
            "temperature": 0,
            "stream_options": {"include_usage": True},
        }
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

    def _open(self) -> Callable[[str], "OpenAI"]:
        """Return what makes a client from a key; the whole address stays inside, for it may hold secrets.

        No redirect is followed (the prompt would go where nobody agreed to), and no proxy asked in the house.
        """
        from openai import DefaultHttpxClient, OpenAI, Timeout

        given = urlsplit(os.environ.get(BASE_URL, "").strip())
        host = f"[{given.hostname}]" if given.hostname and ":" in given.hostname else given.hostname
        # A user name and password in the address are sent as such, and kept out of what is logged.
        place = f"{host}:{given.port}" if given.port else host
        sent, retries = self._sent, self.settings.retries
        pool = DefaultHttpxClient(
            timeout=Timeout(self.settings.read_seconds, connect=self.settings.connect_seconds),
            follow_redirects=False,
            mounts={f"all://{host}": None} if self.address.in_house else None,
            auth=(unquote(given.username), unquote(given.password or "")) if given.username else None,
            # A retry counts anew: an answer's seconds are those of the request that succeeded.
            event_hooks={"request": [lambda _: setattr(sent, "at", time.perf_counter())]},
        )
        weakref.finalize(self, pool.close)
        base_url = urlunsplit((given.scheme, place, given.path, given.query, "")) if host else None
        return lambda key: OpenAI(api_key=key, base_url=base_url, http_client=pool, max_retries=retries)

    @contextmanager
    def _client(self) -> Iterator["OpenAI"]:
        """Give a client with the key as it stands in the environment now."""
        key = os.environ.get(API_KEY, "").strip()
        if not key and not self.address.in_house:
            raise InputError(f"{API_KEY} is not set; {self.address.host} asks for a key, so set it to yours.")
        with quiet_loggers(_LOGGERS, logging.WARNING):
            yield self._connect(key or "none-needed")

    def _safely(self, ask: Callable[[], _Told]) -> _Told:
        """Ask, and turn what goes wrong into one sentence; no trace leads back to a request with its key."""
        from openai import OpenAIError

        try:
            return ask()
        except (OpenAIError, _NotTheExpectedStream) as error:
            said = _problem(error, self.settings.read_seconds)
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
        return f"kept silent for {seconds:g} seconds, retries included; check {BASE_URL} or raise endpoint.read_seconds"
    if isinstance(error, APIConnectionError):
        return f"cannot be reached or broke off, retries included; check {BASE_URL} and that the server runs"
    if status == 413 or (status in {400, 422} and _TOO_LONG.search(_words(error))):
        return f"finds the prompt too long ({_shown(error)}); set endpoint.window to what the model can read"
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
