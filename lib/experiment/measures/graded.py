"""Grading all answers of a run at once: each distinct text is read and embedded once."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.measures.grounding import faithfulness_offline, parts_of_passage, relevancy_offline
from lib.experiment.measures.likeness import bleu, rouge_l
from lib.experiment.measures.text import bare
from lib.experiment.world import Question, Voice

if TYPE_CHECKING:
    import numpy as np

    # Texts to vectors: one row a text, each of length 1.
    Embed = Callable[[list[str]], np.ndarray]


def about(question: Question) -> str:
    """Name what a question is about: the first of its documents, or itself where it has none.

    Questions about one thing are right or wrong together, so intervals resample things, not questions.
    """
    return question.document_ids[0] if question.document_ids else question.id


def graded(
    rows: Sequence[Mapping[str, Any]],
    questions: Sequence[Question],
    passages: Mapping[str, Mapping[str, str]],
    voice: Voice,
    embed: "Embed | None" = None,
) -> list[dict[str, float | str | None]]:
    """Grade answers by every measure of ``GRADES``.

    Args:
        rows: answers, each with ``question_id``, ``answer`` and ``passage_ids`` (what stood in its prompt).
        questions: the questions that the rows answer; others may be among them.
        passages: passage id to ``{"title", "text"}``.
        voice: how answers are worded.
        embed: gives one vector of length 1 for each text (``Embedder.embed_queries``); without it both
            relevancies are None.

    Returns:
        One dictionary a row, in the rows' order: a number from 0 to 1, or None, for each of ``GRADES``,
        and ``about``, which names what the question is about.

    Raises:
        InputError: a row names a question or a passage that is not there.
    """
    by_id = {question.id: question for question in questions}
    _complete(rows, by_id, passages)
    shown = [tuple(row["passage_ids"]) for row in rows]
    parts = {id_: parts_of_passage(_whole(passages[id_])) for ids in set(shown) for id_ in ids}
    bares = {answer: bare(answer, voice) for answer in {row["answer"] for row in rows}}
    asked = [by_id[row["question_id"]] for row in rows]
    likeness = _likeness(embed, asked, [bares[row["answer"]] for row in rows], shown, passages)
    wording: dict[tuple[str, str], dict[str, float | None]] = {}
    grades = []
    for row, question, ids, relevancies in zip(rows, asked, shown, likeness, strict=True):
        pair = row["answer"], question.answer
        if pair not in wording:
            wording[pair] = {"bleu": bleu(*pair), "rouge_l": rouge_l(*pair)}
        faithful = faithfulness_offline(row["answer"], [parts[id_] for id_ in ids], voice)
        grades.append({"about": about(question), "faithfulness_offline": faithful} | relevancies | wording[pair])
    return grades


def _likeness(
    embed: "Embed | None",
    asked: Sequence[Question],
    answers: Sequence[str],
    shown: Sequence[tuple[str, ...]],
    passages: Mapping[str, Mapping[str, str]],
) -> list[dict[str, float | None]]:
    """Compare each question with its answer and its passages. An empty answer is unlike every question."""
    if embed is None:
        return [{"answer_relevancy_offline": None, "context_relevancy_offline": None}] * len(asked)
    wholes = {id_: _whole(passages[id_]) for ids in set(shown) for id_ in ids}
    texts = list(dict.fromkeys([*(question.question for question in asked), *filter(None, answers), *wholes.values()]))
    place = {text: number for number, text in enumerate(texts)}
    vectors = embed(texts)
    found = []
    for question, answer, ids in zip(asked, answers, shown, strict=True):
        of_question = vectors[place[question.question]]
        beside = vectors[[place[wholes[id_]] for id_ in ids]] @ of_question if ids else []
        own = relevancy_offline([vectors[place[answer]] @ of_question]) if answer else 0.0
        found.append({"answer_relevancy_offline": own, "context_relevancy_offline": relevancy_offline(beside)})
    return found


def _whole(passage: Mapping[str, str]) -> str:
    return f"{passage['title']}. {passage['text']}"


def _complete(
    rows: Sequence[Mapping[str, Any]], questions: Mapping[str, Question], passages: Mapping[str, Mapping[str, str]]
) -> None:
    for row in rows:
        if row["question_id"] not in questions:
            raise InputError(f"answers: question {row['question_id']!r} is not among the questions of the run.")
        for id_ in row["passage_ids"]:
            if id_ not in passages:
                raise InputError(
                    f"answers: passage {id_!r} of question {row['question_id']} is not among the passages."
                )
