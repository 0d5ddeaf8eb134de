"""Uncertainty of the recommendation: the draws that move its costs decide it as well.

What for: shares of draws and what explains them. May import: the rooms below and the rest of ``decision``. SciPy is
imported here and nowhere on the way of ``decide``.
"""

from pathlib import Path

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile
from lib.client.facts import Array
from lib.decision.choice import NOBODY, evaluate
from lib.decision.decide import model_of
from lib.decision.flips import arm_name
from lib.simulation import SEED


def shares(client: ClientFile, size: int = 2**12, source: str | Path | None = None) -> dict[str, float]:
    """Return each recommendation's share of ``size`` stability draws, largest first; ``source`` as for ``decide``."""
    blocks = model_of(client, source).stability(size)
    picks = np.concatenate([np.atleast_1d(evaluate(block).recommendation) for block in blocks])
    found = {arm_name(place): float(np.mean(picks == place)) for place in range(NOBODY, len(ARMS))}
    return dict(sorted(((arm, part) for arm, part in found.items() if part), key=lambda item: -item[1]))


def sobol_first_order(
    client: ClientFile, arm: str, points: int = 512, source: str | Path | None = None
) -> dict[str, tuple[float, float]]:
    """Return each input's first-order Sobol index for the horizon cost of ``arm`` and for ``arm`` being the answer.

    An index is the share of the variance that the input explains alone; inputs below 1 % in both are left out.
    """
    from scipy.stats import sobol_indices, uniform

    model = model_of(client, source)

    def both(cube: Array) -> Array:
        flat = cube.reshape(len(model.inputs), -1)
        moved = model.simulation.moved({item: item.at(row) for item, row in zip(model.inputs, flat, strict=True)})
        outcome = evaluate(model.context(moved))
        total = np.broadcast_to(outcome.context.costs.horizon_usd[arm], flat.shape[1])
        picked = np.broadcast_to(outcome.recommendation == ARMS.index(arm), flat.shape[1]).astype(float)
        return np.stack([total, picked]).reshape(2, *cube.shape[1:])

    with np.errstate(divide="ignore", invalid="ignore"):
        result = sobol_indices(
            func=both, n=points, dists=[uniform()] * len(model.inputs), rng=np.random.default_rng(SEED)
        )
    first = np.clip(np.nan_to_num(np.atleast_2d(result.first_order)), 0.0, 1.0)
    rows = {item.label: (float(first[0, i]), float(first[1, i])) for i, item in enumerate(model.inputs)}
    kept = {label: pair for label, pair in rows.items() if max(pair) >= 0.01}
    return dict(sorted(kept.items(), key=lambda row: -max(row[1])))
