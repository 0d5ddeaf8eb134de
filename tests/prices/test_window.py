"""How much of a window is read, against the published figures."""

import numpy as np
import pytest

from lib.prices.window import LITERAL, MEANING, MEMORY, points_against_retrieval, readings, share_read


def test_a_measured_length_gives_the_published_figure():
    # RULER at 32,000 tokens: 87.4 of 95.5 and 87.8 of 95.1.
    shares = share_read(32_000, [LITERAL])
    assert shares.low == pytest.approx(87.4 / 95.5) and shares.high == pytest.approx(87.8 / 95.1)
    # NoLiMa: 69.7 of 99.3, 13.7 of 84.9, 14.2 of 76.7.
    assert share_read(32_000, [MEANING]).likely == pytest.approx((69.7 / 99.3 + 13.7 / 84.9 + 14.2 / 76.7) / 3)
    assert share_read(113_000, [MEMORY]).likely == pytest.approx(62.4 / 87.3)


def test_between_measured_lengths_it_falls_with_the_logarithm():
    # Half way between 32,000 and 128,000 is 64,000.
    assert share_read(64_000, [LITERAL]).low == pytest.approx((87.8 + 66.0) / 2 / 95.1)


def test_a_longer_prompt_is_never_read_better():
    lengths = np.geomspace(100, 2e6, 60)
    shares = share_read(lengths)
    for curve in (shares.low, shares.likely, shares.high):
        assert np.all(np.diff(curve) <= 1e-12) and np.all((curve >= 0) & (curve <= 1))
    assert np.all(shares.low <= shares.likely) and np.all(shares.likely <= shares.high)


def test_against_retrieval_long_context_loses_what_it_won_and_compares_better():
    assert points_against_retrieval(32_000) == 2.4 and points_against_retrieval(128_000) == -3.7
    assert points_against_retrieval(128_000, "comparison") == 14.3
    assert points_against_retrieval(128_000, "hallucination") == -22.4


def test_every_series_names_its_source():
    assert all(reading.source and len(reading.tokens) == len(reading.scores) >= 2 for reading in readings())
