"""Bootstrap intervals are those of scipy, and resampling clusters does what it is for."""

import numpy as np
import pytest
from scipy import stats

from lib.experiment.resampling import clustered_intervals, difference_of, mean_of, mean_over_seeds

SCIPY = {"n_resamples": 2000, "method": "percentile", "rng": 0, "vectorized": True}


def test_with_one_question_a_cluster_it_is_scipys_plain_bootstrap():
    values = np.random.default_rng(1).random(70)
    expected = stats.bootstrap((values,), np.mean, **SCIPY).confidence_interval
    for clusters in (None, [f"page {number}" for number in range(70)]):
        found = mean_of(values, clusters)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert found.mean == pytest.approx(values.mean()) and found.n == 70


def test_with_clusters_it_is_scipys_bootstrap_of_a_ratio_of_the_clusters_sums():
    generator = np.random.default_rng(2)
    values, clusters = generator.random(200), generator.integers(0, 60, 200)
    sums, counts = np.array(
        [[values[clusters == each].sum(), (clusters == each).sum()] for each in dict.fromkeys(clusters)]
    ).T

    def ratio(of, among, axis=-1):
        return of.sum(axis) / among.sum(axis)

    expected = stats.bootstrap((sums, counts), ratio, paired=True, **SCIPY).confidence_interval
    found = mean_of(values, clusters.tolist())
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_columns_taken_together_have_the_intervals_that_each_has_alone():
    generator = np.random.default_rng(3)
    values = generator.random((80, 3))
    values[generator.random((80, 3)) < 0.3] = np.nan
    clusters = generator.integers(0, 30, 80).tolist()
    together = clustered_intervals(np.column_stack([values, np.full(80, np.nan)]), clusters)
    for column in range(3):
        alone = clustered_intervals(values[:, [column]], clusters)[0]
        assert together[column] == pytest.approx(alone)
        assert alone[0] < np.nanmean(values[:, column]) < alone[1]
    assert np.isnan(together[3]).all()


def test_questions_that_are_right_or_wrong_together_widen_the_interval():
    right = np.repeat(np.random.default_rng(4).random(50) < 0.6, 4).astype(float)
    clusters = np.repeat(np.arange(50), 4).tolist()
    plain, clustered = mean_of(right), mean_of(right, clusters)
    # Four copies of each question hold a quarter of the information: twice the width.
    assert 1.8 < (clustered.high - clustered.low) / (plain.high - plain.low) < 2.2


def test_the_clustered_interval_covers_the_truth_where_the_plain_one_does_not():
    generator = np.random.default_rng(5)
    covered = {"plain": 0, "clustered": 0}
    clusters = np.repeat(np.arange(60), 5).tolist()
    for _ in range(200):
        values = np.repeat(generator.normal(0, 1, 60), 5) + generator.normal(0, 0.3, 300)
        for name, of in (("plain", None), ("clustered", clusters)):
            found = mean_of(values, of, resamples=500)
            covered[name] += found.low <= 0 <= found.high
    assert covered["clustered"] >= 180 > 150 >= covered["plain"]


def test_a_paired_difference_is_scipys_bootstrap_of_the_differences():
    generator = np.random.default_rng(6)
    first = generator.random(90)
    second = first - 0.05 + generator.normal(0, 0.1, 90)
    expected = stats.bootstrap((first - second,), np.mean, **SCIPY | {"n_resamples": 10_000})
    found = difference_of(first, second)
    limits = expected.confidence_interval
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), abs=1e-12)
    assert found.gap == pytest.approx((first - second).mean()) and found.n == 90
    # 1.96 + 0.84 standard errors are seen in 4 of 5 repeats.
    assert found.smallest_gap == pytest.approx(2.8016 * expected.standard_error, rel=0.001)


def test_its_p_value_is_close_to_that_of_the_paired_t_test():
    generator = np.random.default_rng(7)
    for shift in (0.0, 0.02, 0.04):
        first = generator.random(150)
        second = first - shift + generator.normal(0, 0.15, 150)
        p = difference_of(first, second).p
        assert p == pytest.approx(stats.ttest_rel(first, second).pvalue, abs=0.02)


def test_no_difference_has_p_one_and_a_plain_one_the_smallest_p_there_is():
    assert difference_of([0.5] * 9, [0.5] * 9).p == 1
    assert difference_of([1.0] * 30, [0.0] * 30).p == pytest.approx(2 / 10_001)


def test_nothing_has_no_mean_and_what_is_not_paired_is_refused():
    assert mean_of([]).n == 0 and np.isnan(mean_of([]).low) and difference_of([], []).n == 0
    with pytest.raises(ValueError, match="one length"):
        difference_of([1.0], [1.0, 2.0])


def test_the_interval_over_seeds_is_scipys_t_interval_over_the_runs():
    means = [0.71, 0.74, 0.69, 0.78]
    expected = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    found = mean_over_seeds(means)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.sd == pytest.approx(np.std(means, ddof=1)) and found.runs == 4


def test_a_single_run_has_a_mean_but_says_nothing_of_its_spread():
    assert mean_over_seeds([0.7, float("nan")]).mean == 0.7 and np.isnan(mean_over_seeds([0.7]).low)
    assert mean_over_seeds([]).runs == 0 and mean_over_seeds([0.99, 0.9]).high == 1.0
