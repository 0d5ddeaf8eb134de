"""Which arms can be run on given data by a given model, and why the others cannot."""

from lib.errors import InputError
from lib.experiment.arms import ExperimentArm, chosen_arms
from lib.experiment.config import ExperimentConfig
from lib.experiment.models import AnsweringModel, LanguageModel
from lib.experiment.world import Sample


def possible_arms(
    config: ExperimentConfig, sample: Sample, model: AnsweringModel
) -> tuple[list[ExperimentArm], list[dict[str, str]]]:
    """Return the arms that can be run, and the others as ``{"arm", "title", "reason"}``.

    Raises:
        InputError: none of the arms asked for can be run.
    """
    arms, left_out = [], []
    for arm in chosen_arms(config.arms):
        reason = _reason_against(arm, config, sample, model)
        if reason:
            left_out.append({"arm": arm.id, "title": arm.title, "reason": reason})
        else:
            arms.append(arm)
    if not arms:
        raise InputError(f"arms: none of those asked for can be run ({left_out[0]['title']}: {left_out[0]['reason']}).")
    return arms, left_out


def _reason_against(arm: ExperimentArm, config: ExperimentConfig, sample: Sample, model: AnsweringModel) -> str | None:
    if arm.adapter != "none" and config.tuned_elsewhere(arm.adapter):
        return None
    if arm.needs_pairs and not sample.training_pairs:
        return "it needs training pairs, and none were given"
    if arm.adapter != "none" and not isinstance(model, LanguageModel):
        return f"{model.name} cannot be trained here; name a model that has been fine-tuned elsewhere"
    return None
