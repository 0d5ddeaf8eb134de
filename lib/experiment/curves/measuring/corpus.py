"""Size of the knowledge base: the same questions, with more and more other pages around theirs."""

from collections import Counter
from dataclasses import replace

from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.measuring.asking import (
    answerable,
    asked,
    chosen,
    outcomes,
    pages_found,
    pages_searched,
    with_worked_examples_only,
)
from lib.experiment.curves.point import CurvePoint
from lib.experiment.workbench import Workbench
from lib.experiment.world import Sample
from lib.experiment.world.variants import with_more_documents


def measure_at(bench: Workbench, sample: Sample, entry: CurveEntry, x: float) -> list[CurvePoint]:
    """Ask what the smallest knowledge base can answer, of one with ``x`` documents."""
    varied = with_more_documents(core(sample, entry, bench.config.examples), int(x))
    varied = replace(varied, documents_at_training=varied.documents)
    points = []
    with bench.prepared(varied) as prepared:
        for arm in entry.arms:
            rows, facts = asked(bench, arm, prepared, bench.config)
            shown = pages_searched(prepared)
            facts |= {"passages": len(prepared.materials.pages.passages)}
            if arm == "long_context":
                # The whole window is searched by reading it: what stands in it has been found.
                shown = {row["question_id"]: row["page_ids"] for row in rows}
                facts |= {"share_that_fits": max(map(len, shown.values())) / len(varied.documents)}
            points += [
                CurvePoint(x, arm, "fact", outcomes(rows, "fact"), facts=facts),
                CurvePoint(x, arm, "page_found", pages_found(varied, shown), facts=facts),
            ]
    return points


def core(sample: Sample, entry: CurveEntry, examples: int) -> Sample:
    """Keep the questions, and the worked examples, whose pages are in the smallest knowledge base of the curve.

    The pages that most questions are about are kept, so that many questions are left.
    """
    questions = [question for question in sample.questions if answerable(question)]
    asked_of = Counter(id_ for question in questions for id_ in question.document_ids)
    questions.sort(key=lambda question: -min(asked_of[id_] for id_ in question.document_ids))
    smallest = with_more_documents(replace(sample, questions=tuple(questions)), int(min(entry.points)))
    smallest = with_worked_examples_only(smallest, examples)
    return replace(
        sample,
        questions=chosen(smallest.questions, entry.questions),
        training_pairs=smallest.training_pairs,
    )
