"""Prompt tokens against quality: every arm with more and fewer passages and examples."""

from dataclasses import replace

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.measuring.asking import adapter_for, asked, chosen, outcomes
from lib.experiment.curves.point import CurvePoint
from lib.experiment.possible import possible_arms
from lib.experiment.workbench import Prepared, Workbench
from lib.experiment.world import Sample

EXAMPLES = (0, 2, 4)


def measure_at(bench: Workbench, sample: Sample, entry: CurveEntry, x: float) -> list[CurvePoint]:
    """Ask with ``x`` passages; the arms that look nothing up answer once, at the first place."""
    k, first = int(x), x == entry.points[0]
    varied = replace(sample, questions=chosen(sample.questions, entry.questions))
    possible, _ = possible_arms(replace(bench.config, arms=entry.arms), sample, bench.model)
    arms = [arm.id for arm in possible if arm.retrieves or first]
    adapters = _adapters(bench, varied, arms)
    config = replace(bench.config, k=k, examples=max(EXAMPLES))
    points = []
    with bench.prepared(varied, config) as prepared:
        for arm in arms:
            for examples in _examples(arm, bool(sample.training_pairs)):
                own = _with_nearest(prepared, examples) if EXPERIMENT_ARMS[arm].examples == "retrieved" else prepared
                rows, facts = asked(bench, arm, own, replace(config, examples=examples or 0), adapters.get(arm))
                label = _label(k if EXPERIMENT_ARMS[arm].retrieves else None, examples)
                points += [
                    CurvePoint(facts["prompt_tokens"], arm, measure, outcomes(rows, measure), label, facts)
                    for measure in ("right", "substance")
                ]
    return points


def _adapters(bench: Workbench, sample: Sample, arms: list[str]) -> dict:
    """Train at the configured k, whatever k the question is asked with: one training for each kind."""
    if not any(EXPERIMENT_ARMS[arm].adapter != "none" for arm in arms):
        return {}
    # One question will do: only the lessons are needed.
    with bench.prepared(replace(sample, questions=sample.questions[:1])) as prepared:
        return {arm: adapter_for(bench, arm, prepared) for arm in arms}


def _examples(arm: str, has_pairs: bool) -> tuple[int | None, ...]:
    """Return the numbers of examples that make a difference to an arm's prompt; ``None`` where it shows none."""
    shows = EXPERIMENT_ARMS[arm].examples
    if shows == "none":
        return (None,)
    if not has_pairs:
        return (0,)
    # Without examples, fixed and retrieved ones are the same prompt.
    return EXAMPLES if shows == "fixed" else EXAMPLES[1:]


def _with_nearest(prepared: Prepared, number: int) -> Prepared:
    """Show fewer of the training pairs that were found."""
    materials = prepared.materials
    fewer = {id_: list(found)[:number] for id_, found in materials.examples_found.items()}
    return replace(prepared, materials=replace(materials, examples_found=fewer))


def _label(k: int | None, examples: int | None) -> str:
    parts = [f"k = {k}"] if k is not None else []
    if examples is not None:
        parts.append(f"{examples} examples" if examples else "style in words")
    return ", ".join(parts)
