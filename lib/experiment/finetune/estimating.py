"""What a training will take, from a few measured steps: estimate, measure, print the ratio (as nanoGPT does)."""

import math
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lib.experiment.finetune.network import Network, answer_loss, with_adapters
from lib.experiment.finetune.order import planned_batches
from lib.experiment.finetune.packing import Packed, collate, pack
from lib.experiment.finetune.rows import HIDDEN, Row, fitting_rows
from lib.experiment.finetune.settings import Lesson, LoraSettings, TrainingEstimate
from lib.experiment.models import LanguageModel
from lib.experiment.quiet import quiet_libraries

if TYPE_CHECKING:
    import torch

_MIB = 1024 * 1024
# Weights, gradient and AdamW's two averages of each trainable number, four bytes each.
_BYTES_PER_TRAINABLE = 16
# What the process takes once besides: compiled kernels, threads, libraries read when first used.
_OVERHEAD_MIB = 60
# Beside what is kept for going backward stand results on their way and holes between blocks: measured on a processor
# with the shipped model, the process grows by 1.6 to 2.4 times what is kept.
_GROWTH = 2.0
# Batches measured, as places in the order of their size.
_QUANTILES = (0.25, 0.75)


def estimate(
    base: LanguageModel, lessons: Sequence[Lesson], settings: LoraSettings | None = None, seed: int = 0
) -> TrainingEstimate:
    """Tell what ``fine_tune`` would take for the same lessons and settings, without training.

    Three steps are computed and thrown away.

    Raises:
        InputError: no lesson fits the window.
    """
    settings = settings or LoraSettings()
    rows = fitting_rows(base, lessons)
    with quiet_libraries(), with_adapters(base, settings, seed) as network:
        return estimate_network(base, network, rows, settings, seed)


def estimate_network(
    base: LanguageModel, network: Network, rows: Sequence[Row], settings: LoraSettings, seed: int
) -> TrainingEstimate:
    """Tell what training ``network`` on ``rows`` will take; its weights are left as they are."""
    import torch

    device, padding = base.model.device, base.tokenizer.pad_token_id
    planned = planned_batches(rows, settings, seed, network.packs)
    batches = sorted((collate(batch, padding, network.packs) for batch in planned), key=_tokens)
    network.tuned.train()

    def step(batch: dict[str, "torch.Tensor"]) -> float:
        tensors = {name: value.to(device) for name, value in batch.items()}
        started = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=network.autocast):
            loss = answer_loss(network.tuned, tensors)
        loss.backward()
        # Reading a value waits for a graphics card to be done.
        loss.item()
        return time.perf_counter() - started

    saved = _SavedBytes(network)
    # The largest batch tells the memory and, being first, warms the machine up.
    with saved:
        step(batches[-1])
    measured = [batches[int(place * (len(batches) - 1))] for place in _QUANTILES]
    seconds_per_token = sum(map(step, measured)) / sum(map(_tokens, measured))
    network.tuned.zero_grad(set_to_none=True)

    trainable, total = network.tuned.get_nb_trainable_parameters()
    copied = network.tuned.get_base_model() is not base.model
    weights = sum(each.numel() * each.element_size() for each in base_parameters(network)) if copied else 0
    tokens = settings.epochs * sum(len(row["input_ids"]) for row in rows)
    # Processes that train together share an epoch's batches.
    steps = settings.epochs * math.ceil(len(batches) / int(os.environ.get("WORLD_SIZE", "1")))
    return TrainingEstimate(
        seconds=seconds_per_token * sum(map(_tokens, batches)) / len(batches) * steps,
        memory_mib=(weights + trainable * _BYTES_PER_TRAINABLE + _GROWTH * saved.total) / _MIB
        + (_OVERHEAD_MIB if device.type == "cpu" else 0),
        tokens=tokens,
        steps=steps,
        operations=_operations(
            base,
            [each for batch in planned for each in pack(batch, network.packs)],
            settings,
            total - trainable,
            trainable,
        ),
    )


def base_parameters(network: Network) -> list:
    """List the frozen parameters."""
    return [each for each in network.tuned.parameters() if not each.requires_grad]


def _tokens(batch: dict[str, "torch.Tensor"]) -> int:
    return batch["input_ids"].numel()


def _operations(
    base: LanguageModel, packed: Sequence[Packed], settings: LoraSettings, frozen: int, trainable: int
) -> float:
    """Count multiplications and additions: a frozen weight 4 for each token, a trained one 6, attention 12 a pair.

    Kaplan et al. (2020) count 6 where weights are trained: forward 2, gradient of the input 2, of the weight 2.
    The vocabulary is scored for answers only.
    """
    config = base.model.config.get_text_config()
    vocabulary = config.vocab_size * config.hidden_size
    inner = frozen - vocabulary * (1 if config.tie_word_embeddings else 2)
    lengths = [len(each.ids) for each in packed]
    answers = sum(sum(label != HIDDEN for label in each.labels) for each in packed)
    pairs = sum(length * length for length in lengths)
    width = config.hidden_size * config.num_hidden_layers
    once = sum(lengths) * (4 * inner + 6 * trainable) + answers * 4 * vocabulary + 12 * pairs * width
    return float(settings.epochs * once)


class _SavedBytes:
    """Counts the bytes that the forward pass keeps for the backward pass."""

    def __init__(self, network: Network) -> None:
        self.total = 0
        self._seen = {each.untyped_storage().data_ptr() for each in network.tuned.parameters()}

    def __enter__(self) -> "_SavedBytes":
        import torch

        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._pack, lambda tensor: tensor)
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._hooks.__exit__(*error)

    def _pack(self, tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._seen:
            self._seen.add(storage.data_ptr())
            self.total += storage.nbytes()
        return tensor
