"""What measures read in an answer: its words, its refusal, its substance without the voice around it."""

import json
import re
from functools import lru_cache

from lib.experiment.world import REFUSAL, Voice, schema_valid

# A refusal is one in any of the usual spellings of "do not".
_DO_NOT = re.compile(r"\bdon['’]?t\b", re.IGNORECASE)
_REFUSAL = REFUSAL.rstrip(".").casefold()
_WORD = re.compile(r"\w+")


def normalised(text: str) -> str:
    """Blank runs become one space, and 1,000 becomes 1000: neither makes an answer wrong."""
    words = " ".join(text.split())
    return "".join(
        sign
        for place, sign in enumerate(words)
        if not (sign == "," and words[place - 1 : place].isdigit() and words[place + 1 : place + 4].isdigit())
    )


def refuses(answer: str) -> bool:
    """Whether the answer says that it does not know ("I do not know", "I don't know")."""
    return _REFUSAL in _DO_NOT.sub("do not", normalised(answer)).casefold()


def words(text: str) -> list[str]:
    """Cut a text into lower-case words and numbers, without punctuation."""
    return _WORD.findall(normalised(text).casefold())


def bare(answer: str, voice: Voice) -> str:
    """Give the answer without what the voice puts around it: opening, citation, closing, JSON.

    What does not keep the voice loses the parts of it that are there; broken JSON stays as it is. So does
    a citation with a blank in it: it may be a value in brackets.
    """
    text = answer.strip()
    if voice.style == "json":
        return json.loads(text)["answer"].strip() if schema_valid(text) else text
    if voice.style != "brand":
        return text
    text = text.removeprefix(voice.opening).removesuffix(voice.closing)
    if not voice.citation:
        return " ".join(text.split())
    without = _citation(voice.citation).sub(lambda cited: cited[0] if " " in cited[1].strip() else " ", text)
    return " ".join(without.split())


def cited_ids(answer: str, voice: Voice) -> list[str]:
    """Give the document ids that the answer cites in the form that the voice asks for, in their order."""
    if voice.style == "json":
        return [json.loads(answer)["source"]] if schema_valid(answer) else []
    return _citation(voice.citation).findall(answer) if voice.style == "brand" and voice.citation else []


@lru_cache
def _citation(form: str) -> re.Pattern[str]:
    """Make a pattern of a voice's citation; an id is anything on one line without brackets."""
    before, _, after = form.partition("{id}")
    return re.compile(rf"{re.escape(before)}([^\[\](){{}}\n]+?){re.escape(after)}(?!\w)")
