"""Facts changed since training: the same questions, with more and more of their answers no longer as trained."""

from dataclasses import replace

from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.measuring.asking import adapter_for, asked, chosen, outcomes
from lib.experiment.curves.point import CurvePoint
from lib.experiment.workbench import Workbench
from lib.experiment.world import Sample
from lib.experiment.world.variants import with_share_changed

TAUGHT = ("seen_fact", "changed_fact")


def measure_at(bench: Workbench, sample: Sample, entry: CurveEntry, x: float) -> list[CurvePoint]:
    """Let ``x`` percent of the taught facts have changed; the training pairs, and so the trainings, stay the same."""
    taught = chosen((question for question in sample.questions if question.kind in TAUGHT), entry.questions)
    varied = with_share_changed(replace(sample, questions=taught), x / 100)
    points = []
    with bench.prepared(varied) as prepared:
        for arm in entry.arms:
            rows, facts = asked(bench, arm, prepared, bench.config, adapter_for(bench, arm, prepared))
            points.append(CurvePoint(x, arm, "fact", outcomes(rows, "fact"), facts=facts))
    return points
