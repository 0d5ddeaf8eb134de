"""Batches of lessons as tensors: lessons that begin alike, with the same pages, are read once for all of them.

Such lessons stand behind one another, after what they share. No token of one sees a token of another, and each
counts its places from the end of what is shared: the loss and its gradients are those of separate rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lib.experiment.finetune.rows import HIDDEN, Row
from lib.experiment.fused import SHORT_ATTENTION

if TYPE_CHECKING:
    import torch

# Fewer tokens than these are not worth a mask.
WORTH_SHARING = 64
# What is shared may become shorter by another lesson, but not by more than this share.
_SHORTER = 0.5

# Lengths of batches are multiples of this.
_LENGTHS_APART = 16
_NOBODY = -1


@dataclass
class Packed:
    """Lessons behind one another: tokens, labels, places, and which lesson each token is of (0: of all)."""

    ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)

    def add(self, row: Row, begin: int, end: int, owner: int) -> None:
        """Add a part of a lesson."""
        self.ids += row["input_ids"][begin:end]
        self.labels += row["labels"][begin:end]
        self.places += range(begin, end)
        self.owners += [owner] * (end - begin)


def alike(rows: Sequence[Row], order: Sequence[int], most: int) -> list[tuple[list[int], int]]:
    """Group rows that follow one another in ``order`` and begin alike.

    Args:
        rows: all rows.
        order: numbers of some of them.
        most: the largest group.

    Returns:
        Numbers of rows and how many tokens they share; 0 for a row alone.
    """
    groups: list[tuple[list[int], int]] = []
    for number in order:
        mine = _own_prompt(rows[number])
        if groups and len(groups[-1][0]) < most:
            members, shared = groups[-1]
            first = rows[members[0]]
            before = shared or _own_prompt(first)
            common = min(before, mine, _same(first["input_ids"], rows[number]["input_ids"]))
            if common >= max(WORTH_SHARING, _SHORTER * before):
                groups[-1] = ([*members, number], common)
                continue
        groups.append(([number], 0))
    return groups


def pack(rows: Sequence[Row], together: bool = True) -> list[Packed]:
    """Put a batch's rows that begin alike behind one another, unless not ``together``."""
    packed = []
    for members, shared in alike(rows, range(len(rows)), len(rows) if together else 1):
        whole = Packed()
        whole.add(rows[members[0]], 0, shared, 0)
        for owner, number in enumerate(members, 1):
            whole.add(rows[number], shared, len(rows[number]["input_ids"]), owner)
        packed.append(whole)
    return packed


def collate(rows: Sequence[Row], padding: int, together: bool = True) -> dict[str, "torch.Tensor"]:
    """Make one batch of ``input_ids`` and ``labels``, (packed rows, tokens) each, padded behind.

    Where lessons are packed also ``position_ids`` of the same shape and ``attention_mask``, (packed rows, 1,
    tokens, tokens), true where a token (third) sees another (fourth). Without them no mask is needed: a causal
    model does not look ahead, so what stands behind an answer changes nothing before it.
    """
    import torch

    packed = pack(rows, together)
    longest = -(-max(len(each.ids) for each in packed) // _LENGTHS_APART) * _LENGTHS_APART

    def padded(name: str, filling: int) -> "torch.Tensor":
        return torch.tensor([(part := getattr(each, name)) + [filling] * (longest - len(part)) for each in packed])

    batch = {"input_ids": padded("ids", padding), "labels": padded("labels", HIDDEN)}
    if len(packed) < len(rows):
        owners = padded("owners", _NOBODY)
        same = (owners[:, :, None] == owners[:, None, :]) | (owners == 0)[:, None, :]
        batch["position_ids"] = padded("places", 0)
        batch["attention_mask"] = (same & torch.ones(longest, longest, dtype=torch.bool).tril())[:, None]
    return batch


def reads_packed(config: Any) -> bool:
    """Tell from a model's configuration whether all its layers obey a mask of who sees whom.

    Attention written out in Python adds masks instead, and windows and states have ways of their own.
    """
    text = config.get_text_config()
    kinds = set(getattr(text, "layer_types", None) or ["full_attention"])
    window = getattr(text, "sliding_window", None) if getattr(text, "use_sliding_window", True) else None
    obeys = getattr(text, "_attn_implementation", None) in ("sdpa", SHORT_ATTENTION)
    return obeys and kinds == {"full_attention"} and not window


def _own_prompt(row: Row) -> int:
    """Count the tokens that may be shared: a prompt's last one foretells the answer's first, and stays its own."""
    return next(place for place, label in enumerate(row["labels"]) if label != HIDDEN) - 1


def _same(first: Sequence[int], second: Sequence[int]) -> int:
    pairs = zip(first, second, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))
