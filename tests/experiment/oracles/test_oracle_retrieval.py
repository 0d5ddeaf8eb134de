"""Retrieval measures agree with values worked by hand and with scikit-learn."""

import random

import pytest
from sklearn.metrics import ndcg_score, precision_score, recall_score

from lib.experiment.measures import retrieval_measures


def test_every_measure_is_as_worked_by_hand():
    found = {
        "both": ["a", "b", "c"],
        "second": ["x", "a"],
        "none": ["x"],
        "nothing wanted": ["a"],
        "late": list("wxya"),
    }
    wanted = {"both": ["a", "c"], "second": ["a", "z"], "none": ["a"], "nothing wanted": [], "late": ["a"]}
    rows = {row.pop("question_id"): row for row in retrieval_measures(found, wanted, k=3)}
    # Discounts of ranks 1, 2, 3 are 1, 0.63093, 0.5; two wanted documents give at best 1.63093.
    expected = {
        "both": {"precision": 2 / 3, "recall": 1, "reciprocal_rank": 1, "ndcg": 1.5 / 1.63093},
        "second": {"precision": 1 / 3, "recall": 0.5, "reciprocal_rank": 0.5, "ndcg": 0.63093 / 1.63093},
        "none": {"precision": 0, "recall": 0, "reciprocal_rank": 0, "ndcg": 0},
        "late": {"precision": 0, "recall": 0, "reciprocal_rank": 0, "ndcg": 0},
    }
    assert set(rows) == set(expected)
    for id_, measures in expected.items():
        assert rows[id_] == pytest.approx(measures, abs=1e-5), id_


@pytest.mark.parametrize("k", [1, 3, 5])
def test_precision_recall_and_ndcg_are_those_of_scikit_learn(k):
    generator = random.Random(k)
    documents = [f"d{number}" for number in range(12)]
    found = {f"q{number}": generator.sample(documents, 12) for number in range(40)}
    wanted = {id_: generator.sample(documents, generator.randint(1, 4)) for id_ in found}
    for row in retrieval_measures(found, wanted, k):
        order = found[row["question_id"]]
        truth = [int(name in wanted[row["question_id"]]) for name in documents]
        first = [int(name in order[:k]) for name in documents]
        scores = [-order.index(name) for name in documents]
        assert row["precision"] == pytest.approx(precision_score(truth, first))
        assert row["recall"] == pytest.approx(recall_score(truth, first))
        assert row["ndcg"] == pytest.approx(ndcg_score([truth], [scores], k=k))
