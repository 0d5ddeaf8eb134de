"""Every interval and test agrees with hand-worked values and with a second library."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from lib import stats
from lib.errors import InputError

outcomes = st.lists(st.booleans(), min_size=1, max_size=60)


# --- one share or mean


@pytest.mark.parametrize(("right", "n"), [(0, 10), (1, 7), (81, 100), (50, 50), (500, 1000)])
def test_a_share_has_wilsons_interval(right, n):
    from statsmodels.stats.proportion import proportion_confint

    expected = scipy_stats.binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert stats.wilson(right, n) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert stats.wilson(right, n) == pytest.approx(proportion_confint(right, n, method="wilson"), abs=1e-12)
    found = stats.proportion([True] * right + [False] * (n - right))
    assert (found.n, found.share, found.low, found.high) == (n, right / n, *stats.wilson(right, n))


def test_wilsons_interval_of_81_of_100_is_as_worked_by_hand():
    # Centre (0.81 + 1.9207/100) / (1 + 3.8415/100), half-width 1.96 sqrt(0.1539/100 + 0.9604/10000) / 1.038415.
    assert stats.wilson(81, 100) == pytest.approx((0.7222, 0.8749), abs=1e-4)


def test_wilsons_ends_are_exact_and_nothing_is_not_a_number():
    assert stats.wilson(0, 5)[0] == 0.0 and stats.wilson(5, 5)[1] == 1.0
    empty = stats.proportion([])
    assert empty.n == 0 and math.isnan(empty.share) and math.isnan(empty.low)


def test_a_share_of_clusters_that_are_right_together_has_the_interval_of_the_clusters():
    # 20 facts, each asked five times and right or wrong together: 100 answers are worth 20 (and a 20/19th less).
    values = [right for fact in range(20) for right in [fact < 12] * 5]
    found = stats.proportion(values, [fact for fact in range(20) for _ in range(5)])
    assert (found.low, found.high) == pytest.approx(stats.wilson(0.6 * 19, 19), abs=1e-9)


@given(outcomes)
def test_with_one_question_a_cluster_a_share_is_nearly_the_plain_one(values):
    # The clustered variance has n - 1 where the binomial one has n: a little wider, never narrower.
    plain, clustered = stats.proportion(values), stats.proportion(values, range(len(values)))
    assert clustered.low <= plain.low + 1e-12 and plain.high <= clustered.high + 1e-12
    assert clustered.high - clustered.low <= (plain.high - plain.low) * 1.5 + 1e-12


def test_a_clustered_mean_has_the_standard_error_of_a_clustered_regression():
    import statsmodels.api as sm

    generator = np.random.default_rng(0)
    values, clusters = generator.random(200), generator.integers(0, 40, 200)
    fit = sm.OLS(values, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": clusters, "df_correction": True})
    groups = len(set(clusters.tolist()))
    # statsmodels also multiplies by (N - 1) / (N - K), which is 1 for a mean alone.
    found = stats.clustered_mean(values, clusters.tolist())
    assert found.standard_error == pytest.approx(float(fit.bse[0]), rel=1e-9)
    assert found.high - found.mean == pytest.approx(scipy_stats.t.ppf(0.975, groups - 1) * float(fit.bse[0]), rel=1e-9)


# --- two arms


def test_one_question_a_thing_gives_the_paired_t_test():
    generator = np.random.default_rng(1)
    first, second = generator.random(50), generator.random(50)
    expected = scipy_stats.ttest_rel(first, second)
    found = stats.difference(first, second)
    assert found.p == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_one_document_that_decides_a_hundred_questions_decides_nothing():
    # 100 questions on 5 documents; the arms differ on one document only, on all of its 20 questions.
    first = [document == 0 for document in range(5) for _ in range(20)]
    clusters = [document for document in range(5) for _ in range(20)]
    by_document = stats.difference(first, [False] * 100, clusters)
    assert stats.mcnemar_p(20, 0) < 1e-5
    assert not by_document.significant and by_document.low < 0 < by_document.high


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 9)), min_size=1, max_size=60))
def test_an_interval_leaves_out_nought_exactly_where_the_test_is_significant(rows):
    first, second, clusters = zip(*rows, strict=True)
    found = stats.difference(first, second, clusters)
    assert found.low - 1e-12 <= found.gap <= found.high + 1e-12
    if abs(found.p - stats.SIGNIFICANCE) > 1e-9:
        assert found.significant == (found.low > 0 or found.high < 0)
    other = stats.difference(second, first, clusters)
    assert (other.gap, other.low, other.p) == pytest.approx((-found.gap, -found.high, found.p))
    assert not (found.equivalent and (found.low > stats.EQUIVALENCE_MARGIN or found.high < -stats.EQUIVALENCE_MARGIN))


def test_arms_that_never_agree_are_bounded_by_the_sign_test():
    found = stats.difference([1] * 6, [0] * 6)
    assert found.p == pytest.approx(2 / 64) and found.low == pytest.approx(2 * 0.025 ** (1 / 6) - 1) and found.low > 0
    assert not stats.difference([1] * 5, [0] * 5).significant and stats.difference([1] * 5, [0] * 5).low < 0


@pytest.mark.parametrize("few", [(1, 0), (1, 1), (3, 1), (5, 0), (6, 0), (7, 1), (8, 1), (5, 4)])
def test_with_few_differing_questions_p_is_near_mcnemars_exact_one(few):
    first, second = ([1] * few[0] + [0] * (100 - few[0])), ([0] * few[0] + [1] * few[1] + [0] * (100 - sum(few)))
    found, exact = stats.difference(first, second), stats.mcnemar_p(*few)
    assert found.significant == (exact < stats.SIGNIFICANCE) and (
        exact > 0.2 or found.p == pytest.approx(exact, abs=0.05)
    )
    assert found.high - found.low < 0.15


def test_one_against_one_of_a_hundred_is_no_difference_of_five_points():
    assert stats.difference([1, 0] + [0] * 98, [0, 1] + [0] * 98).equivalent


def test_the_test_of_two_shares_keeps_its_level_in_a_simulation():
    generator = np.random.default_rng(0)
    wrong = 0
    for _ in range(1000):
        ahead, behind, same = generator.multinomial(100, [0.15, 0.15, 0.7])
        wrong += stats.difference(
            [1] * ahead + [0] * (behind + same), [0] * ahead + [1] * behind + [0] * same
        ).significant
    assert wrong / 1000 < 0.07


def test_equivalence_is_two_one_sided_tests_as_statsmodels_does_them():
    from statsmodels.stats.weightstats import DescrStatsW

    generator = np.random.default_rng(2)
    apart = generator.normal(0.005, 0.2, 300)
    expected = DescrStatsW(apart).ttost_mean(-0.05, 0.05)[0]
    found = stats.difference(apart, np.zeros(300))
    assert found.equivalence_p == pytest.approx(expected, rel=1e-6) and found.equivalent


def test_answers_that_never_differ_are_equal_only_where_enough_were_asked():
    # (1 - 0.05)^58 = 0.051: with 58 questions a difference on 5 % of them may have stayed unseen.
    assert not stats.difference([1] * 58, [1] * 58).equivalent
    assert stats.difference([1] * 59, [1] * 59).equivalent


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 0), (6, 0), (12, 5), (3, 3), (0, 20), (700, 650)])
def test_mcnemars_p_is_that_of_two_libraries(only_first, only_second):
    from statsmodels.stats.contingency_tables import mcnemar

    found = stats.mcnemar_p(only_first, only_second)
    if only_first + only_second:
        assert found == pytest.approx(scipy_stats.binomtest(only_first, only_first + only_second).pvalue)
    assert found == pytest.approx(float(mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue))


def test_the_published_17_questions_are_not_significant():
    # 65 % against 24 % on 17 questions: 11 and 4 right; with 9 and 2 discordant p is .065.
    assert round(stats.mcnemar_p(9, 2), 3) == 0.065


@given(st.integers(0, 300))
def test_the_fewest_significant_is_where_the_test_turns(discordant):
    least = stats.fewest_significant(discordant)
    if least is None:
        assert stats.mcnemar_p(discordant, 0) >= stats.SIGNIFICANCE
    else:
        assert stats.mcnemar_p(least, discordant - least) < stats.SIGNIFICANCE
        assert stats.mcnemar_p(least - 1, discordant - least + 1) >= stats.SIGNIFICANCE


def test_two_independent_shares_have_the_pooled_z_of_statsmodels():
    from statsmodels.stats.proportion import proportions_ztest

    z, p = proportions_ztest([65, 40], [100, 100])
    assert float(stats.two_proportions_z(0.65, 0.4, 100)) == pytest.approx(z)
    assert stats.p_of_z(z) == pytest.approx(p)
    assert stats.two_proportions_z(np.array([1.0, 0.5]), np.array([1.0, 0.5]), 100).tolist() == [0, 0]


# statsmodels collects garbage in each call: few examples.
@settings(max_examples=10, deadline=None)
@given(st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), max_size=12))
def test_holm_is_that_of_statsmodels_and_leaves_out_what_is_not_known(p_values):
    from statsmodels.stats.multitest import multipletests

    found = stats.holm(p_values)
    known = [p for p in p_values if p == p]
    assert [p == p for p in found] == [p == p for p in p_values]
    if known:
        assert [p for p in found if p == p] == pytest.approx(list(multipletests(known, method="holm")[1]))


def test_kappa_is_that_of_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    generator = np.random.default_rng(0)
    first, second = generator.choice(["right", "wrong", "unsure"], (2, 60)).tolist()
    assert stats.cohens_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))
    assert stats.cohens_kappa(first, first) == 1 and math.isnan(stats.cohens_kappa(["right"] * 3, ["right"] * 3))


@pytest.mark.parametrize("test", [stats.difference, stats.cohens_kappa])
def test_what_is_not_paired_is_refused(test):
    with pytest.raises(ValueError, match="length"):
        test([True], [True, False])


# --- planning


@pytest.mark.parametrize(
    ("n", "low", "high"), [(50, 0.21, 0.28), (100, 0.15, 0.20), (200, 0.105, 0.14), (500, 0.068, 0.09)]
)
def test_the_smallest_gap_is_the_published_one_for_that_many_questions(n, low, high):
    assert low <= stats.smallest_gap(n, 0.3) <= stats.smallest_gap(n, 0.5) <= high


def test_the_smallest_gap_has_the_promised_power_in_a_simulation():
    n, discordant = 200, 0.3
    gap = stats.smallest_gap(n, discordant)
    shares = [(discordant + gap) / 2, (discordant - gap) / 2, 1 - discordant]
    draws = np.random.default_rng(0).multinomial(n, shares, size=2000)[:, :2]
    found = np.mean([stats.mcnemar_p(int(a), int(b)) < 0.05 for a, b in draws])
    assert 0.7 < found < 0.85


def test_more_questions_show_smaller_gaps_too_few_show_none_and_clusters_need_more():
    gaps = [stats.smallest_gap(n, 0.2) for n in (20, 50, 100, 400)]
    assert gaps == sorted(gaps, reverse=True)
    assert math.isnan(stats.smallest_gap(3, 0.2))
    assert stats.smallest_gap(400, 0.2, per_cluster=3, correlation=0.5) == pytest.approx(stats.smallest_gap(200, 0.2))


@pytest.mark.parametrize(("gap", "discordant"), [(0.05, 0.2), (0.1, 0.3), (0.15, 0.5), (0.3, 0.3), (0.4, 0.1)])
def test_so_many_questions_show_the_gap_and_one_fewer_does_not(gap, discordant):
    needed = stats.questions_needed(gap, discordant)
    assert stats.smallest_gap(needed, discordant) <= gap + 1e-9 < stats.smallest_gap(needed - 1, discordant)


def test_the_number_of_questions_is_as_worked_by_hand():
    # (1.95996 sqrt(.3) + 0.84162 sqrt(.29))^2 / .01 = (1.07352 + 0.45323)^2 / .01 = 233.1.
    assert stats.questions_needed(0.1, 0.3) == 234


@pytest.mark.parametrize("wrong", [(0, 0.3), (1.2, 0.3), (0.1, -0.1), (0.1, 2)])
def test_a_gap_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        stats.questions_needed(*wrong)
