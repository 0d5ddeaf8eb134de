"""Questions that a tuned model has been trained on: an answer learnt by heart is no understanding."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from lib.experiment.own_data.copies import near_copies
from lib.experiment.own_data.findings import AuditFinding, counted, named, was
from lib.experiment.own_data.judging import numbers_in
from lib.experiment.own_data.questions import without_phrases
from lib.experiment.world import Question, TrainingPair, Voice

# A shorter expected answer recurs by chance.
LONG_ANSWER = 8


def leaked(questions: Sequence[Question], pairs: Sequence[TrainingPair]) -> dict[str, int]:
    """Find the questions that the training file asks too: question id to the place of the pair, from 0."""
    texts = [pair.question for pair in pairs] + [question.question for question in questions]
    originals = same_question(texts)
    found = ((question, originals.get(len(pairs) + place)) for place, question in enumerate(questions))
    return {question.id: pair for question, pair in found if pair is not None and pair < len(pairs)}


def leakage(found: Mapping[str, int], questions: Sequence[Question]) -> AuditFinding | None:
    """Name the questions left out because the training file asks them too."""
    if not found:
        return None
    number = len(found)
    names = tuple(named(question) for question in questions if question.id in found)
    sentence = (
        f"{counted(number, 'question')} {was(number)} left out: the training file asks the same, so that a tuned model "
        "would be asked what it has learnt by heart"
    )
    return AuditFinding("warn", "Leakage", sentence, names)


def known_answers(questions: Sequence[Question], pairs: Sequence[TrainingPair], voice: Voice) -> AuditFinding | None:
    """Name questions, not marked as seen, whose long answer a training pair gives almost word for word."""
    asked = [question for question in questions if question.value and question.kind != "seen_fact"]
    asked = [question for question in asked if len(question.answer.split()) >= LONG_ANSWER]
    texts = [without_phrases(pair.answer, voice) for pair in pairs]
    originals = near_copies(texts + [without_phrases(question.answer, voice) for question in asked], run=2)
    found = [q for place, q in enumerate(asked) if originals.get(len(pairs) + place, len(pairs)) < len(pairs)]
    if not found:
        return None
    sentence = (
        f"the answer to {counted(len(found), 'question')} stands in the training file; write seen_fact as "
        f"{'its' if len(found) == 1 else 'their'} kind, or a tuned model's memory passes for understanding"
    )
    return AuditFinding("warn", "Leakage", sentence, tuple(map(named, found)))


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
