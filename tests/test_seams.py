"""Where two rooms tell the same fact: they must tell it alike."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.claims.figure import Figure, Named
from lib.claims.recompute import FUNCTIONS
from lib.client import Facts, check_client
from lib.costs import costs, derived
from lib.costs.situation import Situation
from lib.decision import decide
from lib.decision.features import FEATURES, EvaluationContext
from lib.decision.uncertainty import Model
from lib.prices import price_book
from lib.stats import smallest_gap

IN_HOUSE_LIBRARY = {
    "client": {"name": "In house"},
    "knowledge": {"needed": "private", "documents": 400},
    "stack": {"base_model": "openai/gpt-4.1"},
    "constraints": {"data_must_stay_in_house": True},
    "latency": {"p95_ms": 60_000},
    "traffic": {"queries_per_month": 200},
}


def context_of(data: dict) -> EvaluationContext:
    return Model.of(check_client(data)).present()


def test_a_knowledge_base_that_the_costs_cut_off_is_not_decided_to_fit() -> None:
    # 400 × 800 = 320,000 tokens fit the hosted model's window of a million, not that of an open model in house.
    result = decide(check_client(IN_HOUSE_LIBRARY), with_counterfactuals=False)
    assert any("do not fit into one prompt" in note for note in result.notes)
    assert result.recommendation == "rag"
    assert "context-window" in [blocker.id for blocker in result.arms["long_context"].blockers]


@given(
    documents=st.integers(1, 3000),
    tokens=st.integers(10, 3000),
    instructions=st.integers(0, 20_000),
    window=st.one_of(st.none(), st.integers(2000, 2_000_000)),
    in_house=st.booleans(),
)
def test_costs_and_decision_agree_whether_the_knowledge_base_fits(
    documents: int, tokens: int, instructions: int, window: int | None, in_house: bool
) -> None:
    context = context_of(
        {
            "client": {"name": "x"},
            "knowledge": {"needed": "private", "documents": documents, "tokens_per_document": tokens},
            "traffic": {"instruction_tokens": instructions},
            "stack": {"context_window_tokens": window},
            "constraints": {"data_must_stay_in_house": in_house},
        }
    )
    charged = costs(context.facts, context.book).prompt_tokens
    whole = charged["long_context"] - charged["prompt"] >= documents * tokens - 0.5
    assert bool(context.read("share_of_window") <= 1.0) == bool(whole)


def test_the_advice_counts_the_chunks_that_the_costs_store() -> None:
    client = check_client({"client": {"name": "x"}, "knowledge": {"needed": "private", "documents": 1500}})
    book = price_book(client).replaced({"retrieval.chunk_tokens": 600.0})
    vectors = derived.chunks(Situation(Facts.of(client), book))
    assert float(vectors) == 1500 * 800 / 600
    assert any("about 1,600 chunks" in line for line in decide(client, with_counterfactuals=False).advice)


def test_a_figure_is_assumed_only_where_none_of_the_fields_behind_it_is_answered() -> None:
    answered = {"client": {"name": "x"}, "knowledge": {"documents": 500}}
    rules = {rule.rule: rule for item in decide(check_client(answered), False).frameworks for rule in item.trace}
    for name in ("default-start", "knowledge-needed", "something-to-retrieve", "in-documents"):
        assert rules[name].holds and rules[name].assumed == ()
    # How often the documents change was not said, though it was said that there are some.
    assert rules["changes-often"].assumed == ("knowledge.days_between_changes",)


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_moves_only_with_the_fields_that_it_is_said_to_read(name: str) -> None:
    data = {"client": {"name": "x"}, "knowledge": {"documents": 500}, "behaviour": {"narrow_task": True}}
    model = Model.of(check_client(data))
    context = model.present()
    value, facts = float(context.read(name)), context.facts
    # What tells only whether a figure applies is no part of the figure.
    gates = {*context.fields_of("knowledge_gap"), *context.fields_of("prompting_suffices"), "evidence.users_satisfied"}
    for path in set(facts) - set(context.fields_of(name)) - gates - {"evidence.prompt_engineering_weeks"}:
        moved = 1.0 - facts[path] if facts[path] in (0.0, 1.0) else facts[path] * 0.9
        now = float(model.present(facts.replaced({path: moved}, answered=False)).read(name))
        assert now == value or (math.isnan(now) and math.isnan(value)), path


def test_the_claims_and_the_statistics_have_one_smallest_gap() -> None:
    size, differing = Named("", Figure.of(100)), Named("", Figure.of([0.3, 0.5]))
    told, _ = FUNCTIONS["detectable gap"]([size, differing], "points")
    assert (told.low, told.high) == (100 * smallest_gap(100, 0.3), 100 * smallest_gap(100, 0.5))
