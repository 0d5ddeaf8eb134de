"""Length of the passages, and how many of them are looked up."""

from dataclasses import replace

from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.measuring.asking import (
    answerable,
    asked,
    chosen,
    first_possible,
    outcomes,
    pages_found,
    pages_searched,
    passages_found,
    with_worked_examples_only,
)
from lib.experiment.curves.point import CurvePoint
from lib.experiment.retrieval.chunk_settings import ChunkSettings
from lib.experiment.workbench import Workbench
from lib.experiment.world import Sample

PASSAGES = (1, 2, 4, 8)


def measure_at(bench: Workbench, sample: Sample, entry: CurveEntry, x: float) -> list[CurvePoint]:
    """Cut the pages into chunks of at most ``x`` words; look up 1, 2, 4 and 8 of them."""
    varied = replace(sample, questions=chosen(filter(answerable, sample.questions), entry.questions))
    varied = with_worked_examples_only(varied, bench.config.examples)
    arm = first_possible(bench, varied, entry.arms)
    points = []
    for k in PASSAGES:
        config = replace(bench.config, k=k, chunking=ChunkSettings(int(x)))
        with bench.prepared(varied, config) as prepared:
            rows, facts = asked(bench, arm, prepared, config)
            facts |= {"passages": len(prepared.materials.pages.passages)}
            found = {
                "page_found": pages_found(varied, pages_searched(prepared)),
                "passage_found": passages_found(prepared),
                "fact": outcomes(rows, "fact"),
            }
            points += [CurvePoint(x, f"k = {k}", measure, each, facts=facts) for measure, each in found.items()]
    return points
