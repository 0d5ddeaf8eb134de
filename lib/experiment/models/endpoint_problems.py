"""What went wrong at an endpoint, in one sentence that says what to do and holds no secret."""

import os
import re
from typing import TYPE_CHECKING

from lib.experiment.models.address import API_KEY, BASE_URL

if TYPE_CHECKING:
    from openai import OpenAIError

_TOO_LONG = re.compile(r"context.?length|context.?window|maximum context|prompt is too long|exceed\w* .*context", re.I)
# So much of a server's own words is shown.
_WORDS_SHOWN = 200
_BY_STATUS = {
    301: "answers with a redirect; set {url} to the address that it leads to",
    302: "answers with a redirect; set {url} to the address that it leads to",
    307: "answers with a redirect; set {url} to the address that it leads to",
    308: "answers with a redirect; set {url} to the address that it leads to",
    401: "refuses the key (401); set {key} to one that belongs to the endpoint of {url}",
    403: "does not let this key use {model} (403); set {key} to one that may, or name another model",
    404: "knows no model {model} (404); check the name after endpoint:, and {url}, which often ends in /v1",
    408: "took too long (408), retries included; ask again later or lower endpoint.concurrency",
    429: "takes no more requests (429), retries included; lower endpoint.concurrency or look at the account's limits",
}


class NotTheExpectedStream(Exception):
    """A stream that is not one of chat completions, or that broke off."""


def is_too_long(error: "OpenAIError") -> bool:
    """Say whether a server refused a prompt for its length."""
    return bool(_TOO_LONG.search(_words(error)))


def refuses(error: "OpenAIError", setting: str) -> bool:
    """Say whether a server refused a request because of one of its settings."""
    return getattr(error, "status_code", None) in {400, 422} and re.search(rf"\b{setting}\b", _words(error)) is not None


def problem(error: Exception, host: str, model: str, seconds: float) -> str:
    """Say what went wrong and what to do.

    Args:
        error: what the ``openai`` client raised, or ``NotTheExpectedStream``.
        host: whom it was asked of.
        model: the model's name there.
        seconds: how long silence was borne.
    """
    from openai import APIConnectionError, APITimeoutError

    status = getattr(error, "status_code", None)
    if isinstance(error, NotTheExpectedStream):
        said = f"does not stream whole chat completions, retries included; check {BASE_URL}, which often ends in /v1"
    elif isinstance(error, APITimeoutError):
        said = f"kept silent for {seconds:g} seconds, retries included; check {BASE_URL} or raise endpoint.read_seconds"
    elif isinstance(error, APIConnectionError):
        said = f"cannot be reached or broke off, retries included; check {BASE_URL} and that the server runs"
    elif status == 413 or (status in {400, 422} and is_too_long(error)):
        said = f"finds the prompt too long for {model} ({_shown(error)}); set endpoint.window to what it can read"
    elif status in _BY_STATUS:
        said = _BY_STATUS[status].format(url=BASE_URL, key=API_KEY, model=model)
    elif status is not None and status >= 500:
        said = f"fails ({status}), retries included ({_shown(error)}); ask again later"
    elif status is None:
        said = f"breaks its answer off, retries included ({_shown(error)}); ask again later"
    else:
        said = f"refuses {model} ({status}: {_shown(error)}); check the model's name and {BASE_URL}"
    return f"model: {host} {said}."


def _words(error: Exception) -> str:
    """Give the server's own words: ``{"error": {"message": …}}`` of OpenAI, ``{"detail": …}`` of FastAPI."""
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
    return words[:_WORDS_SHOWN].rstrip(".") or "no reason given"
