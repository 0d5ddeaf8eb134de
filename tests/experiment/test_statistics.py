"""Intervals and tests agree with hand-worked values and with a second library."""

import math

import pytest
from scipy import stats

from lib.errors import InputError
from lib.experiment.statistics import adjusted, paired, questions_needed, share_of, smallest_gap


@pytest.mark.parametrize(("right", "n"), [(0, 10), (1, 7), (81, 100), (50, 50), (500, 1000)])
def test_a_share_has_wilsons_interval(right, n):
    share = share_of([True] * right + [False] * (n - right))
    expected = stats.binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert (share.n, share.share) == (n, right / n)
    assert (share.low, share.high) == (pytest.approx(expected.low, abs=1e-12), pytest.approx(expected.high, abs=1e-12))


def test_wilsons_interval_of_81_of_100_is_as_worked_by_hand():
    share = share_of([True] * 81 + [False] * 19)
    # Centre (0.81 + 1.9207/100) / (1 + 3.8415/100), half-width 1.96 sqrt(0.1539/100 + 0.9604/10000) / 1.038415.
    assert (share.low, share.high) == (pytest.approx(0.7222, abs=1e-4), pytest.approx(0.8749, abs=1e-4))


def test_a_share_of_nothing_is_not_a_number_rather_than_a_crash():
    share = share_of([])
    assert share.n == 0 and math.isnan(share.share) and math.isnan(share.low)


def test_the_published_17_questions_are_not_significant():
    # 65 % against 24 % on 17 questions: 11 and 4 right; with 9 and 2 discordant p is .065.
    first = [True] * 9 + [False] * 2 + [True] * 2 + [False] * 4
    second = [False] * 9 + [True] * 2 + [True] * 2 + [False] * 4
    pairing = paired(first, second)
    assert (pairing.only_first, pairing.only_second) == (9, 2)
    assert pairing.gap == pytest.approx(7 / 17) and round(pairing.p, 3) == 0.065


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 0), (6, 0), (12, 5), (3, 3), (0, 20)])
def test_mcnemars_p_is_the_two_sided_binomial_test_on_the_discordant_pairs(only_first, only_second):
    first = [True] * only_first + [False] * only_second + [True] * 10
    second = [False] * only_first + [True] * only_second + [True] * 10
    expected = stats.binomtest(only_first, only_first + only_second).pvalue if only_first + only_second else 1.0
    assert paired(first, second).p == pytest.approx(expected)
    assert paired(second, first).gap == -paired(first, second).gap


@pytest.mark.parametrize(
    ("n", "low", "high"), [(50, 0.21, 0.28), (100, 0.15, 0.20), (200, 0.105, 0.14), (500, 0.068, 0.09)]
)
def test_the_smallest_gap_is_the_one_known_for_that_many_questions(n, low, high):
    assert low <= smallest_gap(n, 0.3) <= smallest_gap(n, 0.5) <= high


def test_the_smallest_gap_has_the_promised_power_in_a_simulation():
    import numpy as np

    n, discordant = 200, 0.3
    gap = smallest_gap(n, discordant)
    generator = np.random.default_rng(0)
    shares = [(discordant + gap) / 2, (discordant - gap) / 2, 1 - discordant]
    draws = generator.multinomial(n, shares, size=2000)[:, :2]
    found = np.mean([stats.binomtest(int(a), int(a + b)).pvalue < 0.05 for a, b in draws])
    assert 0.7 < found < 0.85


def test_more_questions_show_smaller_gaps_and_too_few_show_none():
    gaps = [smallest_gap(n, 0.2) for n in (20, 50, 100, 400)]
    assert gaps == sorted(gaps, reverse=True)
    assert math.isnan(smallest_gap(3, 0.2))


@pytest.mark.parametrize(("gap", "discordant"), [(0.05, 0.2), (0.1, 0.3), (0.15, 0.5), (0.3, 0.3), (0.4, 0.1)])
def test_so_many_questions_show_the_gap_and_one_fewer_does_not(gap, discordant):
    needed = questions_needed(gap, discordant)
    assert smallest_gap(needed, discordant) <= gap + 1e-9 < smallest_gap(needed - 1, discordant)


def test_without_knowing_the_arms_the_number_is_that_for_unpaired_shares_around_a_half():
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    for gap in (0.05, 0.1, 0.15):
        effect = proportion_effectsize(0.5 + gap / 2, 0.5 - gap / 2)
        unpaired = NormalIndPower().solve_power(effect, alpha=0.05, power=0.8)
        assert questions_needed(gap) == pytest.approx(unpaired, rel=0.01)


def test_the_number_is_as_worked_by_hand():
    # (1.95996 sqrt(.3) + 0.84162 sqrt(.29))^2 / .01 = (1.07352 + 0.45323)^2 / .01 = 233.1.
    assert questions_needed(0.1, 0.3) == 234


@pytest.mark.parametrize("wrong", [(0, 0.3), (1.2, 0.3), (0.1, -0.1), (0.1, 2)])
def test_a_gap_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        questions_needed(*wrong)


def test_holm_multiplies_the_smallest_p_by_the_number_of_tests():
    assert adjusted([0.01, 0.04, math.nan])[:2] == pytest.approx([0.02, 0.04])
    assert math.isnan(adjusted([0.01, math.nan])[1])


def test_outcomes_that_are_not_paired_are_refused():
    with pytest.raises(ValueError, match="length"):
        paired([True], [True, False])
