"""Reading one streamed answer."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lib.experiment.models.endpoint_problems import NotTheExpectedStream


@dataclass
class Heard:
    """What one stream brought. Times are ``time.perf_counter()`` seconds; counts ``None`` if not told."""

    text: str
    first_text_at: float | None
    ended_at: float
    prompt_tokens: int | None
    cached_tokens: int
    answer_tokens: int | None
    cut_off: bool
    served_as: str | None


def hear(chunks: Iterable[Any]) -> Heard:
    """Put a stream's chunks together.

    Raises:
        NotTheExpectedStream: there is something else in it, or it ends before the answer does.
        openai.APIError: the connection is lost, or the stream itself tells of an error.
    """
    parts: list[str] = []
    first, ending, usage, served_as = None, None, None, None
    try:
        for chunk in chunks:
            # Counts stand in a chunk of their own (OpenAI) or in the last (others).
            usage = getattr(chunk, "usage", None) or usage
            served_as = getattr(chunk, "model", None) or served_as
            for choice in chunk.choices or []:
                text = choice.delta.content if choice.delta else None
                if text:
                    first = first or time.perf_counter()
                    parts.append(text)
                ending = choice.finish_reason or ending
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError, TypeError) as error:
        raise NotTheExpectedStream(type(error).__name__) from None
    if ending is None:
        raise NotTheExpectedStream("it has no end")
    details = getattr(usage, "prompt_tokens_details", None)
    return Heard(
        text="".join(parts),
        first_text_at=first,
        ended_at=time.perf_counter(),
        prompt_tokens=getattr(usage, "prompt_tokens", None),
        cached_tokens=getattr(details, "cached_tokens", None) or 0,
        answer_tokens=getattr(usage, "completion_tokens", None),
        cut_off=ending == "length",
        served_as=served_as,
    )
