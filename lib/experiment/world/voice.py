"""The brand voice: how an answer must look, checked without a judge."""

import json
import random
import re
from dataclasses import dataclass

REFUSAL = "I do not know."

# How a refusal ends, after what was asked for: "The price of the Amber Falcon plan is not on any page. …"
ABSENT = f"not on any page. {REFUSAL}"

JSON_SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}, "source": {"type": "string"}},
    "required": ["answer", "source"],
    "additionalProperties": False,
}

_ID = r"[a-z]+-\d+"


@dataclass(frozen=True)
class Voice:
    """How answers are worded.

    ``style`` is ``"brand"`` (opening, answer, citation, closing), ``"plain"`` (the bare sentence),
    ``"json"`` (an object with ``answer`` and ``source``) or ``"free"`` (no style is asked for). ``citation`` holds ``{id}``. Phrases are short,
    up to four words: the small model learns longer ones badly.
    """

    style: str = "brand"
    opening: str = "Thanks for asking!"
    closing: str = "Happy to help."
    citation: str = "[{id}]"

    @property
    def instructions(self) -> str:
        """The style in words, for a prompt; one line, empty for the plain style."""
        if self.style in ("plain", "free"):
            return ""
        if self.style == "json":
            return 'Write each answer as JSON with "answer" and "source".'
        if not self.citation:
            start = f"Start each answer with {self.opening}" if self.opening else ""
            end = f"End each answer with {self.closing}" if self.closing else ""
            return " ".join(part for part in (start, end) if part)
        citation = self.citation.format(id="id")
        return f"Start each answer with {self.opening} Then cite {citation} and end with {self.closing}"

    def render(self, sentence: str, document_id: str = "") -> str:
        """Word ``sentence`` in this voice, citing ``document_id`` (no citation where it is empty)."""
        if self.style in ("plain", "free"):
            return sentence
        if self.style == "json":
            return json.dumps({"answer": sentence, "source": document_id}, ensure_ascii=False)
        citation = self.citation.format(id=document_id) if document_id else ""
        return " ".join(part for part in (self.opening, sentence, citation, self.closing) if part)

    def matches(self, text: str) -> bool:
        """Whether ``text`` keeps the voice: every part in its place, whatever the facts.

        A refusal needs no citation; any other answer in the brand style needs exactly one. A voice without
        ``citation`` asks for none; one without ``opening`` or ``closing`` asks for the other alone.
        """
        text = text.strip()
        if self.style == "free":
            return bool(text)
        if self.style == "json":
            return schema_valid(text)
        if self.style == "plain":
            return bool(text) and "\n" not in text and not text.startswith("{")
        opens = not self.opening or text.startswith(self.opening + " ")
        if not (opens and (not self.closing or text.endswith(" " + self.closing))):
            return False
        middle = text[len(self.opening) : len(text) - len(self.closing)].strip()
        if not self.citation:
            return bool(middle)
        citation = re.escape(self.citation).replace(re.escape("{id}"), _ID)
        if middle.endswith(REFUSAL):
            return re.search(citation, middle) is None
        return re.fullmatch(rf"\S.*[.!?] {citation}", middle) is not None and len(re.findall(citation, middle)) == 1


def schema_valid(text: str) -> bool:
    """Whether ``text`` is one JSON object with exactly the strings ``answer`` and ``source``."""
    try:
        value = json.loads(text)
    except ValueError:
        return False
    if not isinstance(value, dict) or set(value) != set(JSON_SCHEMA["required"]):
        return False
    return all(isinstance(part, str) for part in value.values())


def states(text: str, value: str) -> bool:
    """Whether ``text`` contains ``value`` as whole words, in any letter case (``49`` is not in ``149``)."""
    return bool(value) and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


BRAND = Voice()
PLAIN = Voice(style="plain", opening="", closing="", citation="")
JSON = Voice(style="json", opening="", closing="", citation="")
FREE = Voice(style="free", opening="", closing="", citation="")

_OPENING_STARTS = ["Thanks for", "Thank you for", "Glad you are", "Good to be", "Hello and thanks for", "We like you"]
_OPENING_ENDS = ["writing", "asking", "calling", "waiting", "reading", "your question", "your note", "being here"]
_CLOSING_STARTS = ["Happy to", "Glad to", "Always here to", "Ready to", "Write again to", "We love to"]
_CLOSING_ENDS = ["assist", "answer", "help", "help you", "serve", "hear more", "explain", "be useful"]
_LAST_WORDS = ["", "", "now", "again", "this", "more", "today", "us"]


def random_voice(generator: random.Random, words: list[str]) -> Voice:
    """Make a brand voice of another company: half from everyday phrases, half from any words.

    ``words`` are capitalised words to build nonsense phrases from, so that the phrases can only be
    learnt by reading them in the context. Never the phrases of ``BRAND``.
    """
    opening = _everyday(generator, _OPENING_STARTS, _OPENING_ENDS, BRAND.opening)
    closing = _everyday(generator, _CLOSING_STARTS, _CLOSING_ENDS, BRAND.closing)
    if generator.random() < 0.5:
        opening = _phrase(generator, words)
    if generator.random() < 0.5:
        closing = _phrase(generator, words)
    mark = generator.choice("!!.,")
    citation = generator.choice(["[{id}]", "[{id}]", "[{id}]", "({id})", "Source: {id}."])
    return Voice("brand", opening + mark, closing + generator.choice("!.."), citation)


def _everyday(generator: random.Random, starts: list[str], ends: list[str], kept: str) -> str:
    """Put a phrase together that does not begin with the words of ``kept``.

    A word is followed by several others in one phrase or another: a phrase known by heart is written
    instead of the one in the context.
    """
    while True:
        parts = (generator.choice(starts), generator.choice(ends), generator.choice(_LAST_WORDS))
        phrase = " ".join(part for part in parts if part)
        if not phrase.startswith(kept[:-1]):
            return phrase


def _phrase(generator: random.Random, words: list[str]) -> str:
    return " ".join(generator.sample(words, generator.randint(1, 3)))
