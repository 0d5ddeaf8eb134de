"""Training examples: the same questions to models tuned on more and more pairs."""

from dataclasses import replace

from lib.experiment.config import ExperimentConfig
from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.measuring.asking import adapter_for, asked, chosen, outcomes
from lib.experiment.curves.point import CurvePoint
from lib.experiment.workbench import Workbench
from lib.experiment.world import Sample
from lib.experiment.world.variants import with_training_pairs

# A smaller set is read more often, so that each training has at least the steps of one on so many pairs:
# else a short training would be taken for a lack of examples.
STEPS_OF = 200
# What the training pairs do not tell, as it stands on today's pages.
ON_PAGES_ONLY = ("document_fact", "changed_fact", "multi_hop")


def measure_at(bench: Workbench, sample: Sample, entry: CurveEntry, x: float) -> list[CurvePoint]:
    """Tune on the first ``x`` pairs and ask."""
    number = int(x)
    varied = with_training_pairs(replace(sample, questions=chosen(sample.questions, entry.questions)), number)
    settings = replace(bench.config.lora, epochs=epochs_for(number, bench.config.lora.epochs))
    points = []
    with bench.prepared(varied) as prepared:
        for arm in entry.arms:
            rows, facts = asked(bench, arm, prepared, bench.config, adapter_for(bench, arm, prepared, settings))
            facts |= {"epochs": settings.epochs}
            points += [
                CurvePoint(x, arm, "style", outcomes(rows, "style"), facts=facts),
                CurvePoint(
                    x, arm, "fact", outcomes(rows, "fact", lambda row: row["kind"] in ON_PAGES_ONLY), facts=facts
                ),
                CurvePoint(x, arm, "right", outcomes(rows, "right"), facts=facts),
            ]
    return points


def epochs_for(pairs: int, epochs: int) -> int:
    """Return how often so many pairs are read, if ``STEPS_OF`` pairs or more are read ``epochs`` times."""
    return -(-epochs * max(pairs, STEPS_OF) // pairs)


def config_for(config: ExperimentConfig, points: tuple[float, ...]) -> ExperimentConfig:
    """Ask for a sample with pairs enough for the largest point."""
    return replace(config, training_pairs=max(config.training_pairs, int(max(points))))
