"""Speed of the decision, printed as ratios against a named alternative in the same run; nothing is asserted of time.

Run with ``make benchmarks``.
"""

import resource
import subprocess
import sys
import time

import numpy as np

from lib.client import load_client
from lib.decision.choice import evaluate
from lib.decision.uncertainty import Model
from lib.paths import CLIENTS, PROJECT
from lib.simulation import Draw

CLIENT = CLIENTS / "support-knowledge-base.yaml"


def row_of(draw: Draw, row: int) -> Draw:
    """One variation of many."""
    facts = draw.facts.replaced(
        {path: np.ravel(v)[row] for path, v in draw.facts.items() if np.ndim(v)}, answered=False
    )
    others = {kind: {name: v[row] for name, v in values.items()} for kind, values in draw.others.items()}
    return Draw(facts, {key: v[row] for key, v in draw.prices.items()}, others)


def test_a_million_draws_against_the_same_functions_row_by_row() -> None:
    model = Model.of(load_client(CLIENT))
    start = time.process_time()
    picks = [evaluate(block).recommendation for block in model.stability(2**20)]
    together = time.process_time() - start
    rows = 1000
    draw = model.simulation.stability_draw(rows)
    start = time.process_time()
    alone = [int(np.ravel(evaluate(model.context(row_of(draw, row))).recommendation)[0]) for row in range(rows)]
    one_by_one = (time.process_time() - start) / rows * 2**20
    assert np.concatenate(picks).shape == (2**20,)
    assert evaluate(model.context(draw)).recommendation.tolist() == alone
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"\n2^20 draws through frameworks, costs and recommendation: {together:.2f} s of processor time, peak {memory:.2f} GB; "
        f"row by row (extrapolated from {rows}): {one_by_one:.0f} s; ratio {one_by_one / together:,.0f}×"
    )


def test_decide_as_a_process_against_importing_pandas() -> None:
    def seconds(*command: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], cwd=PROJECT, check=True, capture_output=True)
        return time.perf_counter() - start

    pairs = [(seconds("-m", "lib", "decide", str(CLIENT)), seconds("-c", "import pandas")) for _ in range(7)]
    decide, pandas = np.median(pairs, axis=0)
    print(
        f"\npython -m lib decide: {decide:.2f} s; python -c 'import pandas': {pandas:.2f} s; ratio {decide / pandas:.2f}"
    )
    assert len(pairs) == 7
