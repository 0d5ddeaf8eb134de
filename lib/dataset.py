"""What the experiment reads: documents, questions, training pairs, the voice, and the dataset that holds them.

The sample company and a client's own files both become a ``Dataset``; nothing after it knows which it was.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# What is asked, and what a right answer takes. The keys are the question kinds, in the order they are shown in.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "trained_wording": "taught fact, asked word for word as it was in training",
        "new_wording": "taught fact, asked in words that training never used",
        "document_only": "fact that stands in the documents and in no training item",
        "changed": "taught fact whose value has changed since",
        "two_page": "answer that needs two pages together",
        "missing": "asks about a thing that does not exist: no page says it",
        "near_miss": "asks what the page of that very thing leaves out: no page says it",
    }
)
UNANSWERABLE = ("missing", "near_miss")

REFUSAL = "I do not know."

# An id as documents have them: no blank and no bracket.
_ID = r"[^\s\[\]()]+"


@dataclass(frozen=True)
class Document:
    """One document of the knowledge base."""

    id: str  # unique in its dataset; no blanks. It is what an answer cites
    title: str  # its name, one line
    text: str  # its content as Markdown, without the title
    kind: str = "page"  # sort of page (``plan``, ``procedure`` …)
    # Further strings: ``updated`` (ISO date), ``access`` (who may read it; absent: everybody) …
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Question:
    """One evaluation question."""

    id: str  # unique in its dataset
    question: str  # as a person asks it
    answer: str  # the ideal answer, in the dataset's voice
    kind: str  # one of ``KINDS``
    # Pages that together hold the answer; none where it cannot be answered. The last one holds the value, and is
    # the one that the ideal answer cites.
    document_ids: tuple[str, ...] = ()
    values: tuple[str, ...] = ()  # any one of them makes an answer right; empty where it cannot be answered
    must_contain: tuple[str, ...] = ()  # all of them must stand in a right answer (own data); usually empty
    old_values: tuple[str, ...] = ()  # what was true at training, for ``changed`` only
    cluster: str = ""  # unit of the statistics: the fact, the pair of pages, or (own data) the document

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return self.kind not in UNANSWERABLE


@dataclass(frozen=True)
class TrainingPair:
    """One question and its ideal answer in the voice, true when the training set was made."""

    question: str  # as a person asks it
    answer: str  # in the dataset's voice
    # Pages that hold the answer, as in ``Question``; empty for refusals and general knowledge.
    document_ids: tuple[str, ...] = ()
    fact: str = ""  # what it teaches: same name as the ``cluster`` of questions about it; empty if it teaches no fact
    kind: str = "fact"  # ``fact``, ``refusal``, ``two_page`` or ``general``


@dataclass(frozen=True)
class Voice:
    """How answers are worded, and whether a text keeps to it; checked without a judge."""

    # ``brand`` (opening, answer, citation, closing), ``json`` (an object with ``answer`` and ``source``) or ``free`` (no
    # style is asked for).
    name: str = "brand"
    opening: str = ""  # first words of every answer; empty asks for none. Brand only, as the next two
    closing: str = ""  # last words of every answer
    citation: str = ""  # how a page is cited, with ``{id}``; empty asks for no citation

    @property
    def instructions(self) -> str:
        """The style in words, for a prompt: one line; empty where nothing is asked for."""
        if self.name == "json":
            return 'Write the answer as one line of JSON with the keys "answer" and "source" (the id of the page).'
        if self.name != "brand":
            return ""
        parts = [f'begin with "{self.opening}"'] if self.opening else []
        parts += ["answer in one sentence"]
        parts += [f"cite the id of the page as {self.citation.format(id='id')}"] if self.citation else []
        parts += [f'end with "{self.closing}"'] if self.closing else []
        text = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
        return text[0].upper() + text[1:] + "."

    def render(self, sentence: str, document_id: str = "") -> str:
        """Word ``sentence`` in this voice, citing ``document_id`` (no citation where it is empty)."""
        if self.name == "json":
            return json.dumps({"answer": sentence, "source": document_id}, ensure_ascii=False)
        if self.name != "brand":
            return sentence
        citation = self.citation.format(id=document_id) if document_id and self.citation else ""
        return " ".join(part for part in (self.opening, sentence, citation, self.closing) if part)

    def keeps(self, answer: str, refusal: bool | None = None) -> bool:
        """Whether ``answer`` keeps this voice: every part in its place, whatever it says.

        In the brand voice an answer ends in exactly one citation, a refusal (found by ``REFUSAL`` if not told) has none.
        """
        answer = answer.strip()
        if self.name == "free":
            return bool(answer)
        if self.name == "json":
            return schema_valid(answer)
        if not (answer.startswith(self.opening) and answer.endswith(self.closing)):
            return False
        middle = answer[len(self.opening) : len(answer) - len(self.closing)].strip()
        if not self.citation:
            return bool(middle)
        cited = self._citations(middle)
        if refusal if refusal is not None else REFUSAL.rstrip(".") in middle:
            return bool(middle) and not cited
        return len(cited) == 1 and middle.endswith(cited[0].group()) and bool(middle[: cited[0].start()].strip())

    def cited(self, answer: str) -> tuple[str, ...]:
        """Ids of the pages that ``answer`` cites, in order; none in a voice without citation."""
        if self.name == "json":
            source = json.loads(answer)["source"] if schema_valid(answer.strip()) else ""
            return (source,) if source else ()
        return tuple(match.group(1) for match in self._citations(answer))

    def bare(self, answer: str) -> str:
        """What ``answer`` says: without opening, citation and closing, or the ``answer`` of a JSON object."""
        answer = answer.strip()
        if self.name == "json":
            return json.loads(answer)["answer"] if schema_valid(answer) else answer
        if self.name != "brand":
            return answer
        answer = answer.removeprefix(self.opening).removesuffix(self.closing)
        for match in reversed(self._citations(answer)):
            answer = answer[: match.start()].rstrip() + answer[match.end() :]
        return answer.strip()

    def _citations(self, text: str) -> list[re.Match[str]]:
        if not self.citation:
            return []
        pattern = re.escape(self.citation).replace(re.escape("{id}"), f"({_ID})")
        return list(re.finditer(pattern, text))


JSON = Voice("json")
FREE = Voice("free")


def schema_valid(text: str) -> bool:
    """Whether ``text`` is one JSON object with exactly the strings ``answer`` and ``source``."""
    try:
        value = json.loads(text)
    except ValueError:
        return False
    known = isinstance(value, dict) and set(value) == {"answer", "source"}
    return known and all(isinstance(part, str) for part in value.values())


@dataclass(frozen=True)
class Dataset:
    """All that one experiment asks, trains with and reads.

    Questions and pairs are in an order that is random and always the same: a prefix is a fair smaller set.
    """

    name: str  # shown on pages
    documents: tuple[Document, ...]  # the knowledge base of today
    # The one that training items were written from: same ids, other values for what has changed; pages that are
    # newer are missing.
    documents_at_training: tuple[Document, ...]
    questions: tuple[Question, ...]  # what is evaluated
    # For tuning with pages and for style: one pair a fact, refusals, some over two pages.
    training_pairs: tuple[TrainingPair, ...] = ()
    # For teaching facts closed book: every taught fact in each of its training wordings, changed facts with their
    # old value, and a few refusals and general questions so that neither is unlearned.
    taught: tuple[TrainingPair, ...] = ()
    voice: Voice = FREE  # how answers are worded
    seed: int = 0  # the sample company's; 0 for own data
    is_sample_company: bool = False  # false for a client's own files
