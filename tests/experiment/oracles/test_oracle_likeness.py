"""BLEU and ROUGE-L agree with values worked by hand and with other programs."""

import random
from functools import cache
from math import exp

import pytest

from lib.experiment.measures.likeness import bleu, common_words, rouge_l


def test_bleu_of_four_words_of_five_is_as_worked_by_hand():
    # 1 to 4-grams found: 4/4, 3/3, 2/2, 1/1; too short by a fifth: exp(1 - 5/4).
    assert bleu("a b c d", "a b c d e") == pytest.approx(exp(1 - 5 / 4))


def test_bleu_of_a_swap_is_as_worked_by_hand():
    # "a b d c": 4/4 words, 1/3 pairs, then sacrebleu's smoothing: 1/2 of 1/2 and 1/4 of 1/1.
    assert bleu("a b d c", "a b c d") == pytest.approx((1 * (1 / 3) * (1 / 4) * (1 / 4)) ** 0.25)


@pytest.mark.parametrize(("answer", "score"), [("the same words", 1.0), ("", 0.0), ("others entirely", 0.0)])
def test_both_are_one_for_the_ideal_answer_and_nothing_for_a_foreign_one(answer, score):
    assert bleu(answer, "the same words") == pytest.approx(score) and bleu(answer, "the same words") <= 1
    assert rouge_l(answer, "the same words") == pytest.approx(score)


def test_without_an_ideal_answer_there_is_nothing_to_compare_with():
    assert bleu("an answer", "  ") is None and rouge_l("an answer", "") is None


@pytest.mark.parametrize(
    ("answer", "ideal", "score"),
    # The first two stand in Lin's paper (2004); all are what rouge-score 0.1.2 printed (F1 of ROUGE-L).
    [
        ("police kill the gunman", "police killed the gunman", 0.75),
        ("the gunman kill police", "police kill the gunman", 0.5),
        (
            "The plan costs 49 dollars.",
            "Thanks for asking! The price of the plan is 49 dollars. [plan-1] Happy to help.",
            0.380952380952,
        ),
        (
            "I do not know.",
            "Thanks for asking! The price is not on any page. I do not know. Happy to help.",
            0.380952380952,
        ),
        ("b a b a c", "a b c a b", 0.6),
    ],
)
def test_rouge_l_is_that_of_the_reference_program(answer, ideal, score):
    assert rouge_l(answer, ideal) == pytest.approx(score, abs=1e-11)


def test_the_longest_common_subsequence_is_that_of_its_definition():
    generator = random.Random(0)
    for _ in range(300):
        first, second = (tuple(generator.choices("abcd", k=generator.randint(0, 12))) for _ in range(2))

        @cache
        def longest(i, j, first=first, second=second):
            if not i or not j:
                return 0
            if first[i - 1] == second[j - 1]:
                return longest(i - 1, j - 1) + 1
            return max(longest(i - 1, j), longest(i, j - 1))

        assert common_words(list(first), list(second)) == longest(len(first), len(second))
