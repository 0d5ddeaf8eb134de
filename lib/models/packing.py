"""Training rows: tokens and labels, rows that begin alike read once, batches as tensors, the loss on completions."""

from collections.abc import Sequence
from typing import Any

from lib.models.local import BLOCKWISE

HIDDEN = -100
"""The label of a token that the loss does not count."""

# Sharing less of a row than this is not worth the longer attention.
_WORTH_SHARING = 1 / 6
# Rows together have at most so many tokens: they go through the network at once, and memory is to stay small.
_TOKENS_TOGETHER = 1_024

Row = dict[str, list[int]]


def row_of(prompt: list[int], completion: list[int]) -> Row:
    """Return ``input_ids`` and ``labels`` of one example; only its completion is learnt."""
    return {"input_ids": prompt + completion, "labels": [HIDDEN] * len(prompt) + completion}


def packed(rows: Sequence[Row], most: int) -> list[Row]:
    """Put rows that begin alike (the same pages) behind one another, ``most`` at most, after what they share: read once for all.

    No token of a row sees one of another, and each counts its places from the end of what is shared: losses and
    gradients are those of separate rows. ``owners`` says which row a token is of, 0 those that all share.
    """
    groups: list[tuple[list[Row], int]] = []
    for row in sorted(rows, key=lambda row: row["input_ids"]):
        if groups and len(groups[-1][0]) < most:
            members, shared = groups[-1]
            common = min(shared or _prompt_to_share(members[0]), _prompt_to_share(row), _same(members[0], row))
            tokens = common + sum(len(each["input_ids"]) - common for each in (*members, row))
            # What is shared may become shorter by another row, but not by more than half.
            worth = common >= max(1, _WORTH_SHARING * len(row["input_ids"]), shared // 2)
            if worth and tokens <= _TOKENS_TOGETHER:
                groups[-1] = ([*members, row], common)
                continue
        groups.append(([row], 0))
    return [_item(members, shared) for members, shared in groups]


def _item(members: Sequence[Row], shared: int) -> Row:
    item = {"input_ids": members[0]["input_ids"][:shared], "labels": [HIDDEN] * shared}
    item |= {"places": list(range(shared)), "owners": [0] * shared}
    for owner, row in enumerate(members, 1):
        item["input_ids"] = item["input_ids"] + row["input_ids"][shared:]
        item["labels"] += row["labels"][shared:]
        item["places"] += range(shared, len(row["input_ids"]))
        item["owners"] += [owner] * (len(row["input_ids"]) - shared)
    return item


def _prompt_to_share(row: Row) -> int:
    """Count the tokens that may be shared: a prompt's last one foretells the answer's first, and stays its own."""
    return sum(label == HIDDEN for label in row["labels"]) - 1


def _same(first: Row, second: Row) -> int:
    pairs = zip(first["input_ids"], second["input_ids"], strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first["input_ids"]), len(second["input_ids"])))


def reads_packed(network: Any) -> bool:
    """Tell whether all layers obey a mask of who sees whom: windows and states have ways of their own."""
    config = network.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    window = getattr(config, "sliding_window", None) if getattr(config, "use_sliding_window", True) else None
    attention = getattr(config, "_attn_implementation", None)
    return attention in ("sdpa", BLOCKWISE) and kinds == {"full_attention"} and not window


def collate(rows: Sequence[Row], padding: int) -> dict[str, Any]:
    """Pad rows behind; a causal model does not look ahead, so only packed rows need a mask of who sees whom."""
    import torch

    longest = max(len(row["input_ids"]) for row in rows)

    def padded(name: str, filling: int) -> torch.Tensor:
        return torch.tensor([row[name] + [filling] * (longest - len(row[name])) for row in rows])

    batch = {"input_ids": padded("input_ids", padding), "labels": padded("labels", HIDDEN)}
    if any(0 in row.get("owners", ()) for row in rows):
        owners = padded("owners", -1)
        seen = (owners[:, :, None] == owners[:, None, :]) | (owners == 0)[:, None, :]
        batch["position_ids"] = padded("places", 0)
        batch["attention_mask"] = (seen & torch.ones(longest, longest, dtype=torch.bool).tril())[:, None]
    return batch


def completion_loss(network: Any, batch: dict[str, Any], completion_tokens: Any = None) -> Any:
    """Return the cross-entropy of the completions' tokens, scoring the vocabulary only where one stands.

    ``completion_tokens`` divides the sum; if not given, the number in this batch.
    """
    import torch

    # A token is foretold at the place before it.
    wanted = batch["labels"][:, 1:]
    columns = (wanted >= 0).any(0).nonzero().squeeze(1)
    given = {name: value for name, value in batch.items() if name != "labels"}
    logits = network(**given, logits_to_keep=columns, use_cache=False).logits
    wanted = wanted[:, columns]
    counted = wanted >= 0
    summed = torch.nn.functional.cross_entropy(logits[counted].float(), wanted[counted], reduction="sum")
    return summed / (counted.sum() if completion_tokens is None else completion_tokens)
