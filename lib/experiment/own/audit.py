"""The audit of a client's data: what is wrong with documents, questions and training pairs, before anything is run."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan
from operator import itemgetter
from pathlib import PurePosixPath

from lib.dataset import FREE, KINDS, UNANSWERABLE, Document, Question, TrainingPair, Voice
from lib.errors import InputError
from lib.experiment.own.questions import ReadQuestions, numbers_in
from lib.experiment.own.training import SET_ASIDE, ReadTraining
from lib.experiment.values import hard_to_compare, states
from lib.retrieval.documents import LoadedDocuments
from lib.retrieval.kinds import ENDINGS
from lib.stats import questions_needed, smallest_gap
from lib.wording import listed

# Worst first: stop = conclude nothing from a run on these data; warn = something is probably wrong; note = good to know.
SEVERITIES = ("stop", "warn", "note")
SHOWN_NAMES = 5
_LONGEST_NAME = 80
# The difference between two arms that the workbook looks for where nothing else is asked: ten points.
GAP = 0.10
# Share of questions on which exactly one of two arms is right, as planned with before anything is measured.
DISCORDANT = 0.3
# Two texts are near copies where this share of all their runs of words is in both (Jaccard).
NEAR = 0.9
# A shorter expected answer recurs by chance.
LONG_ANSWER = 8
# These stand in no document and are right all the same.
_NO_QUOTES = frozenset({"yes", "no", "ja", "nein"})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class AuditFinding:
    """One finding: how bad it is, what it is about, one plain sentence with its number, and all the names."""

    severity: str
    topic: str
    sentence: str
    names: tuple[str, ...] = ()

    @property
    def examples(self) -> str:
        """The first five names, and how many more there are; ``""`` where there is nothing to name."""
        shown = [name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…" for name in self.names]
        more = len(shown) - SHOWN_NAMES
        return "; ".join(shown[:SHOWN_NAMES]) + (f"; and {more:,} more" if more > 0 else "")

    def __str__(self) -> str:
        """Write it on one line."""
        return f"{self.severity}: {self.topic}: {self.sentence}" + (f" ({self.examples})" if self.names else "")


@dataclass(frozen=True)
class Audit:
    """The findings, worst first. ``leaked`` are the ids of the questions that stand in the training file.

    ``documents``, ``questions`` (without the leaked ones) and ``training_pairs`` count what is left to use.
    """

    findings: tuple[AuditFinding, ...]
    documents: int
    questions: int
    training_pairs: int
    leaked: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """What there is, and how much was found of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        numbers = ", ".join(f"{found[severity]} × {severity}" for severity in SEVERITIES if found[severity])
        return (
            f"Data audit: {self.documents:,} documents, {self.questions:,} questions, "
            f"{self.training_pairs:,} training pairs. {numbers or 'Nothing found'}."
        )

    def __str__(self) -> str:
        """Write it for a terminal."""
        return "\n".join([self.headline, *(f"  {finding}" for finding in self.findings)])


def audit_data(
    files: LoadedDocuments,
    read: ReadQuestions,
    training: ReadTraining,
    hidden: Sequence[str] = (),
    voice: Voice = FREE,
    gap: float = GAP,
) -> Audit:
    """Audit a client's data. Time grows with its size, not with its square.

    ``hidden`` are ids of questions on documents that the person asking may not read, ``gap`` is the difference of two
    arms' shares of right answers (0 to 1) that the run should be able to show.

    Raises:
        InputError: ``gap`` is not between 0 and 1.
    """
    if not 0 < gap < 1:
        raise InputError(f"gap is {gap!r}; allowed is a share between 0 and 1, such as 0.1 for ten points.")
    documents, pairs = files.documents, training.pairs
    # The questions that the training file asks too.
    asked_before = same_question([each.question for each in (*pairs, *read.questions)])
    places = enumerate(read.questions, len(pairs))
    leaked = {question.id: None for n, question in places if asked_before.get(n, len(pairs)) < len(pairs)}
    left = [question for question in read.questions if question.id not in leaked]
    findings = [
        *_left_out(files, read, training, hidden),
        *_leakage([question for question in read.questions if question.id in leaked], left, pairs, voice),
        *_size(left, gap),
        *_copies(documents, left),
        *_misplaced_answers(documents, left),
        *_coverage(documents, left),
        *_judging([question for question in left if question.id not in hidden], read.inferred),
        *_style(pairs, voice),
    ]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Audit(tuple(findings), len(documents), len(left), len(pairs), tuple(leaked))


# Leaks and copies.


def _leakage(
    leaked: Sequence[Question], left: Sequence[Question], pairs: Sequence[TrainingPair], voice: Voice
) -> Iterator[AuditFinding]:
    sentence = (
        "{} left out: the training file asks the same, so that a tuned model would be asked what it has learnt by heart"
    )
    yield from _found("warn", "Leakage", _named(leaked), "question", "was", sentence)
    asked = [q for q in left if q.answerable and q.kind not in ("trained_wording", "new_wording")]
    asked = [q for q in asked if len(q.answer.split()) >= LONG_ANSWER]
    known = near_copies([voice.bare(one.answer) for one in (*pairs, *asked)], run=2)
    found = [q for place, q in enumerate(asked) if known.get(len(pairs) + place, len(pairs)) < len(pairs)]
    sentence = (
        f"the answer to {{}} stands in the training file; write new_wording as {'its' if len(found) == 1 else 'their'} "
        "kind, or a tuned model's memory passes for understanding"
    )
    yield from _found("warn", "Leakage", _named(found), "question", "", sentence)


def _copies(documents: Sequence[Document], questions: Sequence[Question]) -> Iterator[AuditFinding]:
    copies = near_copies([document.text for document in documents])
    names = [f"{documents[copy].id} (like {documents[first].id})" for copy, first in copies.items()]
    sentence = "{} nearly a copy of another: copies crowd others out of what is found"
    yield from _found("warn", "Duplicate documents", names, "document", "is", sentence)
    copies = same_question([question.question for question in questions])
    names = [f"{questions[copy].id} (like {questions[first].id})" for copy, first in copies.items()]
    yield from _found("warn", "Duplicate questions", names, "question", "was", "{} asked before: each counts twice")


def near_copies(texts: Sequence[str], run: int = 5) -> dict[int, int]:
    """Find each text that is a near copy of an earlier one that is no copy itself.

    MinHash finds who may be (``datasketch``); whoever it names is compared in full, so that a copy is one. It misses
    a copy that only just is one now and then.

    Args:
        texts: in the order in which the first of several counts as the original.
        run: words in a run; a text that is shorter is one run.

    Returns:
        Place of the copy to place of the original; texts without a word are no copies.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=NEAR - 0.1, num_perm=128)
    runs: list[frozenset[str]] = []
    copies: dict[int, int] = {}
    for place, text in enumerate(texts):
        words = _WORD.findall(text.casefold())
        length = max(1, min(run, len(words)))
        own = frozenset(" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
        runs.append(own)
        if not words:
            continue
        sketch = MinHash(num_perm=128)
        sketch.update_batch([one.encode() for one in own])
        near = [each for each in index.query(sketch) if len(own & runs[each]) / len(own | runs[each]) >= NEAR]
        if near:
            copies[place] = min(near)
        else:
            index.insert(place, sketch)
    return copies


def same_question(texts: Sequence[str]) -> dict[int, int]:
    """Find texts that ask the same as an earlier one: the same words but for one in ten, and the same numbers."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        groups[tuple(sorted(numbers_in(text)))].append(place)
    found: dict[int, int] = {}
    for places in (places for places in groups.values() if len(places) > 1):
        copies = near_copies([texts[place] for place in places], run=1)
        found |= {places[copy]: places[first] for copy, first in copies.items()}
    return dict(sorted(found.items()))


# What was left out on reading.


def _left_out(
    files: LoadedDocuments, read: ReadQuestions, training: ReadTraining, hidden: Sequence[str]
) -> Iterator[AuditFinding]:
    broken = [str(file) for file in files.skipped if PurePosixPath(file.path).suffix.lower() in ENDINGS]
    others = [file.path for file in files.skipped if PurePosixPath(file.path).suffix.lower() not in ENDINGS]
    lost = [f"{id_} (asks {path})" for id_, path in read.unreadable.items()]
    lines = [f"“{line}” ({pages} pages)" for line, pages in files.repeated.items()]
    yield from _found("warn", "Files", broken, "file", "was", "{} left out that cannot be read")
    yield from _found("warn", "Files", lost, "question", "was", "{} left out: what it is asked of could not be read")
    yield from _found("note", "Files", others, "file", "was", f"{{}} left out: only {', '.join(ENDINGS)} are read")
    yield from _found("note", "Repeated lines", lines, "line", "was", "{} left out with which most pages begin or end")
    sentence = (
        "{} a word for nothing (N/A, NaN): taken as not known from the documents; write NA where that is the answer"
    )
    yield from _found("note", "Empty answers", read.emptied, "answer", "is", sentence)
    sentence = "{} asked of documents that this person may not read: a right answer refuses"
    yield from _found("note", "Access", hidden, "question", "is", sentence)
    for key, times in training.set_aside.items():
        yield AuditFinding("warn", "Training rows", f"{_some(times, 'training row', 'was')} left out: {SET_ASIDE[key]}")
    if times := training.earlier_turns:
        sentence = "several turns: the last answer is learned, the earlier ones are read as context"
        yield AuditFinding("note", "Training rows", f"{_some(times, 'training row', 'has')} {sentence}")


# What the questions can show.


def _size(questions: Sequence[Question], gap: float) -> Iterator[AuditFinding]:
    """Say whether so many questions can show the gap (McNemar's test, power 80 %), and whether one document decides."""
    number, points, asked = len(questions), f"{100 * gap:.0f} points", _some(len(questions), "question")
    least = smallest_gap(number, DISCORDANT) if number else nan
    needed = f"about {questions_needed(gap, DISCORDANT):,}"
    if isnan(least):
        sentence = f"{asked} can show no difference between two arms, however large; {needed} show {points}"
        yield AuditFinding("stop", "Too few questions", sentence)
    elif least > gap:
        shown = f"{asked} reliably show a difference of {100 * least:.0f} points or more"
        yield AuditFinding("warn", "Too few questions", f"{shown}; the {points} asked about need {needed}")
    clusters = Counter(question.cluster for question in questions)
    name, most = max(clusters.items(), key=itemgetter(1), default=("", 0))
    if most > 1 and len(clusters) < number / 2:
        about = f"{asked} are about {_some(len(clusters), 'document')} (most about {name}, {most})"
        sentence = f"{about}: what is shown is shown for so many documents, and intervals are as wide as that"
        yield AuditFinding("note", "Few documents asked about", sentence)


def _misplaced_answers(documents: Sequence[Document], questions: Sequence[Question]) -> Iterator[AuditFinding]:
    """Name questions whose expected answer does not stand where they say it does."""
    texts = {document.id: f"{document.title}\n{document.text}" for document in documents}
    elsewhere: list[str] = []
    nowhere: list[str] = []
    for question in questions:
        parts = question.must_contain or question.values
        if not question.answerable or {part.casefold() for part in parts} <= _NO_QUOTES:
            continue
        enough = all if question.must_contain else any
        cited = "\n".join(texts[id_] for id_ in question.document_ids if id_ in texts)
        if cited and enough(states(cited, part) for part in parts):
            continue
        holders = {
            part: [id_ for id_, text in texts.items() if _may_state(text, part) and states(text, part)]
            for part in parts
        }
        if not enough(holders.values()):
            nowhere.append(f"{question.id} ({', '.join(part for part in parts if not holders[part])})")
        elif cited:
            together = [id_ for id_ in texts if enough(id_ in ids for ids in holders.values())]
            elsewhere.append(f"{question.id} ({f'stands in {together[0]}' if together else 'spread over several'})")
    sentence = "the answer to {} stands in another document than the one cited"
    yield from _found("warn", "Wrong reference", elsewhere, "question", "", sentence)
    sentence = (
        "the answer to {} stands in no document: check the answer, or say with must_contain what a right one holds"
    )
    yield from _found("warn", "Answers not found", nowhere, "question", "", sentence)


def _may_state(text: str, part: str) -> bool:
    """Whether a text has any digit or word of a value: a quick look before the thorough one."""
    small = text.casefold()
    return any(sign.isdigit() for sign in part) or any(word in small for word in _WORD.findall(part.casefold()))


def _coverage(documents: Sequence[Document], questions: Sequence[Question]) -> Iterator[AuditFinding]:
    asked = {id_ for question in questions for id_ in question.document_ids}
    idle = [document.id for document in documents if document.id not in asked]
    if asked and idle:
        share = f"{len(idle):,} of {_some(len(documents), 'document')} ({100 * len(idle) / len(documents):.0f} %)"
        sentence = f"{share} {'is' if len(idle) == 1 else 'are'} asked about by no question"
        yield AuditFinding("note", "Documents nobody asks about", sentence, tuple(idle))
    uncited = [question for question in questions if question.answerable and not question.document_ids]
    sentence = "{} without a document: whether the search finds the right one is not measured"
    yield from _found("note", "No reference", _named(uncited), "question", "", sentence)
    present = {question.kind for question in questions}
    if not present & set(UNANSWERABLE):
        sentence = "no question that the documents do not answer: made-up answers cannot be measured"
        yield AuditFinding("warn", "No unanswerable questions", sentence)
    for kind in ("two_page", "changed", "new_wording"):
        if kind not in present:
            yield AuditFinding("note", f"No {kind} questions", f"no question of this kind: {KINDS[kind]}")


def _judging(questions: Sequence[Question], inferred: frozenset[str]) -> Iterator[AuditFinding]:
    """Say how answers are judged where nobody has chosen it, and where that may go wrong."""
    found = [f"{one.id}: {', '.join(one.must_contain)}" for one in questions if one.id in inferred]
    sentence = "{} given without must_contain: the numbers and names in it must all stand in a right answer"
    yield from _found("note", "How answers are judged", found, "long expected answer", "is", sentence)
    hard = [
        f"{question.id}: “{value}”, {why}"
        for question in questions
        for value in (*question.values, *question.must_contain)
        if (why := hard_to_compare(value))
    ]
    sentence = "{} may be written in ways that are not recognised: say with must_contain or also what counts"
    yield from _found("warn", "Values hard to compare", hard, "expected value", "", sentence)


def _style(pairs: Sequence[TrainingPair], voice: Voice) -> Iterator[AuditFinding]:
    topic = "Style"
    if not pairs:
        topic, sentence = "No training pairs", "nothing can be trained: only arms without training can be compared"
    elif voice.name == "json":
        sentence = "taken from the training answers: JSON with answer and source"
    elif voice.name == "brand":
        phrases = (("opening", voice.opening), ("closing", voice.closing))
        wanted = listed([f"the {name} “{phrase}”" for name, phrase in phrases if phrase])
        sentence = f"taken from the training answers: {wanted}"
    else:
        sentence = "the training answers share no opening or closing words: style is not judged"
    yield AuditFinding("note", topic, sentence)


def _named(questions: Iterable[Question]) -> list[str]:
    return [f"{question.id}: {question.question}" for question in questions]


def _found(
    severity: str, topic: str, names: Sequence[str], noun: str, verb: str, sentence: str
) -> Iterator[AuditFinding]:
    """Yield the finding where there is something to name; ``{}`` in the sentence is how much (``2 files were``)."""
    if names:
        yield AuditFinding(severity, topic, sentence.format(_some(len(names), noun, verb)), tuple(names))


def _some(number: int, noun: str, verb: str = "") -> str:
    """Write ``1 file was`` or ``2 files were``; without a verb the number and the noun."""
    verb = {"was": "were", "is": "are", "has": "have"}.get(verb, "") if number != 1 else verb
    return f"{number:,} {noun}{'' if number == 1 else 's'} {verb}".rstrip()
