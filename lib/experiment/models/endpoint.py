"""A model behind an OpenAI-compatible endpoint."""

import random
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any, TypeVar

from lib.errors import InputError
from lib.experiment.models.address import Address
from lib.experiment.models.answering_model import Generation
from lib.experiment.models.batching import PROMPTS_IN_BATCH
from lib.experiment.models.connection import Connection
from lib.experiment.models.endpoint_problems import NotTheExpectedStream, is_too_long, problem, refuses
from lib.experiment.models.endpoint_settings import EndpointSettings
from lib.experiment.models.endpoint_window import TokenCounter, told_window
from lib.experiment.models.stream import Heard, hear
from lib.experiment.prompts import STOP

if TYPE_CHECKING:
    from openai import OpenAI

_Told = TypeVar("_Told")
# A stream that breaks off is asked for so often again; before it begins the client itself tries again.
_BROKEN_STREAMS = 2
# Seconds before the first of these, doubled for the next, less a random quarter at most: the client's own manner.
FIRST_WAIT = 0.5
# What some servers refuse by name, and what is sent in its place (nothing, for None).
_REPLACEMENTS = {"max_tokens": "max_completion_tokens", "temperature": None, "stream_options": None, "stop": None}


class EndpointModel:
    """A model that is asked over HTTP, as one user message that holds the whole prompt.

    Answers are streamed, greedy (temperature 0), and asked for by ``settings.concurrency`` threads; their lines
    are joined by spaces, since a chat model may answer in several. The key is read from ``OPENAI_API_KEY`` at
    each use and never kept.

    Attributes:
        model: its name at the endpoint.
        name: for people, with the endpoint's host.
        address: the host, and whether it stands in the house.
        fingerprint: model and host. What stands behind a name can change without a sign of it here.
    """

    def __init__(self, model: str, settings: EndpointSettings | None = None) -> None:
        """Read ``OPENAI_BASE_URL``; nothing is sent. Raises ``InputError`` where it is no address."""
        self.model = model
        self.settings = settings or EndpointSettings()
        self.address = Address.of_environment()
        self.name = f"{model} at {self.address.host}"
        self.fingerprint = endpoint_fingerprint(model, self.settings)
        self._connection = Connection(self.address, self.settings)
        weakref.finalize(self, self._connection.close)
        self._counter = TokenCounter.for_model(model)
        self._window = self.settings.window or self._counter.window
        self._replaced: dict[str, str | None] = {}
        self._served_as: set[str] = set()
        self._uncounted = 0

    def __repr__(self) -> str:
        """Show the model without the endpoint's whole address."""
        return f"EndpointModel({self.name!r})"

    @property
    def window(self) -> int:
        """Tokens that prompt and answer may have together: as set, else as the server tells, else 128,000.

        Raises:
            InputError: the server has to be asked and cannot be reached, or refuses the key.
        """
        if self._window is None:
            with self._connection.client() as client:
                self._window = self._safely(lambda: told_window(client, self.model))
        return self._window

    @property
    def counting(self) -> str:
        """How ``count_tokens`` counts: with the model's own tokenizer, or as an estimate."""
        return self._counter.how

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the answers should know, as far as it has shown so far."""
        notes = [f"The endpoint names its model {name}." for name in sorted(self._served_as - {self.model})]
        if "temperature" in self._replaced:
            notes.append("The endpoint takes no temperature, so its answers are not greedy and may differ next time.")
        if self._uncounted:
            notes.append(f"{self._uncounted} answers came without token counts; these are {self.counting}.")
        return tuple(notes)

    def count_tokens(self, prompt: str) -> int:
        """Count a prompt's tokens before it is sent; see ``counting`` for how."""
        return self._counter.count(prompt)

    def generate(
        self,
        prompts: Sequence[str],
        max_new_tokens: int = 48,
        batch: int = PROMPTS_IN_BATCH,
        done: Callable[[int], None] | None = None,
        answered: Callable[[int, Generation], None] | None = None,
    ) -> list[Generation]:
        """Answer each prompt, in the order given.

        Args:
            prompts: each must leave ``max_new_tokens`` of the window free.
            max_new_tokens: where an answer is cut off.
            batch: at most so many requests are under way, and never more than ``settings.concurrency``; 1 gives
                the latency of one answer.
            done: told of each answer as it comes, from this thread.
            answered: given each answer as it comes, with the place of its prompt, so that what has been paid for
                can be kept if a later one fails.

        Raises:
            InputError: a prompt is too long, or the endpoint cannot be reached, refuses the key or the model, or
                still fails after all tries.
        """
        for prompt in prompts:
            if (tokens := self.count_tokens(prompt)) + max_new_tokens > self.window:
                raise InputError(
                    f"model: a prompt of {tokens} tokens and an answer of {max_new_tokens} do not fit the "
                    f"window of {self.window} tokens of {self.name}."
                )
        answers: dict[int, Generation] = {}
        cut_short = 0
        executor = ThreadPoolExecutor(max_workers=max(1, min(self.settings.concurrency, batch)))
        try:
            with self._connection.client() as client:
                asked = {
                    executor.submit(self._ask, client, prompt, max_new_tokens): n for n, prompt in enumerate(prompts)
                }
                for answer in as_completed(asked):
                    number = asked[answer]
                    answers[number], unfinished = answer.result()
                    cut_short += unfinished and not answers[number].text
                    if answered:
                        answered(number, answers[number])
                    if done:
                        done(1)
        finally:
            # After a failure nothing more is sent; what is under way ends by itself.
            executor.shutdown(wait=len(answers) == len(prompts), cancel_futures=True)
        if prompts and cut_short == len(prompts):
            raise InputError(
                f"model: {self.name} spent all of its {max_new_tokens} tokens without a word of an answer; "
                "it seems to think first, so raise endpoint.thinking_tokens or name a model that does not."
            )
        return [answers[number] for number in range(len(prompts))]

    def _ask(self, client: "OpenAI", prompt: str, max_new_tokens: int) -> tuple[Generation, bool]:
        """Ask once, with retries; also say whether the answer was cut off."""
        return self._safely(lambda: self._try(client, prompt, max_new_tokens))

    def _try(self, client: "OpenAI", prompt: str, max_new_tokens: int) -> tuple[Generation, bool]:
        from openai import APIError

        retries = 0
        for broken in range(_BROKEN_STREAMS + 1):
            raw = self._send(client, prompt, max_new_tokens)
            sent = self._connection.sent_at
            retries += raw.retries_taken
            try:
                with raw.parse() as chunks:
                    heard = hear(chunks)
            except (APIError, NotTheExpectedStream):
                if broken == min(_BROKEN_STREAMS, self.settings.retries):
                    raise
                retries += 1
                time.sleep(FIRST_WAIT * 2**broken * random.uniform(0.75, 1))
                continue
            return self._generation(prompt, heard, sent, retries), heard.cut_off
        raise AssertionError("the last try returns or raises")

    def _send(self, client: "OpenAI", prompt: str, max_new_tokens: int) -> Any:
        """Send a request, without what this server has shown to refuse."""
        from openai import APIStatusError

        settings = {
            "max_tokens": max_new_tokens + self.settings.thinking_tokens,
            "temperature": 0,
            "stream_options": {"include_usage": True},
        } | ({"stop": [STOP]} if self.settings.completion_like else {})
        replaced = dict(self._replaced)
        while True:
            sent = {replaced.get(name, name): value for name, value in settings.items()}
            sent.pop(None, None)
            try:
                return client.chat.completions.with_raw_response.create(
                    model=self.model, messages=[{"role": "user", "content": prompt}], stream=True, **sent
                )
            except APIStatusError as error:
                refused = [name for name in _REPLACEMENTS if name in sent and refuses(error, name)]
                if not refused or is_too_long(error):
                    raise
                replaced |= {name: _REPLACEMENTS[name] for name in refused}
                self._replaced |= replaced

    def _generation(self, prompt: str, heard: Heard, sent: float, retries: int) -> Generation:
        text = heard.text.partition(STOP)[0] if self.settings.completion_like else heard.text
        if heard.prompt_tokens is None or heard.answer_tokens is None:
            self._uncounted += 1
        read = self.count_tokens(prompt) if heard.prompt_tokens is None else heard.prompt_tokens
        written = self.count_tokens(heard.text) if heard.answer_tokens is None else heard.answer_tokens
        if heard.served_as:
            self._served_as.add(heard.served_as)
        prices = self.settings.prices
        return Generation(
            text=" ".join(text.split()),
            prompt_tokens=read,
            answer_tokens=written,
            seconds=heard.ended_at - sent,
            cached_tokens=heard.cached_tokens,
            first_token_seconds=None if heard.first_text_at is None else heard.first_text_at - sent,
            cost_usd=prices.usd(read, written, heard.cached_tokens) if prices else None,
            retries=retries,
        )

    def _safely(self, ask: Callable[[], _Told]) -> _Told:
        """Ask, and turn what goes wrong into one sentence; no trace leads back to a request with its key."""
        from openai import OpenAIError

        try:
            return ask()
        except (OpenAIError, NotTheExpectedStream) as error:
            said = problem(error, self.address.host, self.model, self.settings.read_seconds)
        raise InputError(said)


def endpoint_fingerprint(model: str, settings: EndpointSettings | None = None) -> str:
    """Give what tells an endpoint's model from others; nothing is sent.

    Raises:
        InputError: ``OPENAI_BASE_URL`` is no address.
    """
    settings = settings or EndpointSettings()
    manner = " continuing" if settings.completion_like else ""
    thinking = f" thinking {settings.thinking_tokens}" if settings.thinking_tokens else ""
    return f"endpoint:{model}@{Address.of_environment().host}{manner}{thinking}"
