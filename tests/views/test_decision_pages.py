"""The pages of a decision: complete, escaped, accessible."""

import dataclasses
import re

import pytest

from lib.client import check_client, load_client
from lib.decision import decide
from lib.paths import CLIENTS
from lib.views import decision as view
from lib.views.clients import arms_explained, clients_caption, clients_table, decided_clients
from lib.views.markup import caption, joined, safe

NASTY = ["<script>alert(1)</script>", "\"quotes\" & 'more'", "$1 and $2", "**bold** [link](http://x)", "{{ 7*7 }}"]
PAGES = [
    view.headline,
    view.reasons,
    view.arms_table,
    view.costs_table,
    view.queries_table,
    view.frameworks_table,
    view.frameworks_caption,
    view.traces,
    view.counterfactuals_table,
    view.advice,
    view.assumed_table,
]


@pytest.fixture(scope="module")
def decision():
    return decide(load_client(CLIENTS / "support-knowledge-base.yaml"))


def whole(decision):
    return joined(*(page(decision) for page in PAGES))


@pytest.mark.parametrize("path", sorted(CLIENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_client_can_be_shown(path):
    page = whole(decide(load_client(path)))
    assert not re.search(r"\$\d", page)
    assert "None" not in page and "nan" not in re.findall(r"[a-z]+", page)


@pytest.mark.parametrize("name", NASTY)
def test_client_text_stays_text(name):
    client = check_client({"client": {"name": name, "use_case": name, "industry": name}})
    page = whole(decide(client))
    assert "<script>" not in page
    assert "{{" not in page or "{{ 7*7 }}" in page
    assert not re.search(r"\$\d", page)
    assert name.replace("$", "") in page.unescape().replace("$", "").replace("<span></span>", "")


@pytest.mark.parametrize("name", NASTY)
def test_every_sentence_of_a_decision_is_escaped(decision, name):
    nasty = dataclasses.replace(
        decision,
        client=name,
        first_step=name,
        reasons=(name,),
        advice=(name,),
        notes=(name,),
        frameworks=tuple(dataclasses.replace(verdict, title=name, source=name) for verdict in decision.frameworks),
    )
    page = joined(whole(nasty), view.problem(name, [name]), caption(name))
    assert "<script>" not in page and not re.search(r"\$\d", page)


def test_a_dollar_sign_cannot_start_a_formula():
    assert safe("$1") == "<span>&#36;</span>1"
    assert "mathjax_ignore" in joined("x")._repr_html_()


def test_the_headline_gives_the_whole_answer(decision):
    words = repr(view.headline(decision)) + str(view.headline(decision))
    for part in ("RAG", "Stability", "Guides agreeing", "Runner-up", "not needed", decision.first_step[:20]):
        assert part in words


def test_a_likely_but_unmeasured_need_to_train_is_called_unproven():
    page = view.headline(decide(load_client(CLIENTS / "voice-agent.yaml")))
    assert "unproven" in page


def test_no_arm_that_passes_is_shown_as_not_decidable():
    client = check_client(
        {"client": {"name": "A"}, "knowledge": {"needed": "private"}, "money": {"monthly_usd": 0, "setup_usd": 0}}
    )
    decision = decide(client)
    assert decision.recommendation == "undecided"
    assert "Not decidable yet" in whole(decision)


def test_all_five_frameworks_stand_side_by_side_with_every_rule(decision):
    page = safe(view.frameworks_table(decision))
    traces = view.traces(decision).striptags()
    for verdict in decision.frameworks:
        assert verdict.id in page
        assert all(rule.question in traces and rule.source in traces for rule in verdict.trace)
    assert page.count("● says") + page.count("● abstains") == 5


def test_every_blocker_of_every_arm_is_named_with_its_numbers(decision):
    page = safe(view.arms_table(decision))
    for arm in decision.arms.values():
        assert all(safe(blocker.text) in page for blocker in arm.blockers)


def test_every_table_has_a_caption_and_headers_with_scope(decision):
    page = joined(whole(decision), clients_table(decided_clients()), arms_explained())
    assert page.count("<table") == page.count("<caption>") > 8
    assert not re.search(r"<th(?![^>]*scope=)[ >]", page)


def test_a_result_never_rests_on_colour_alone(decision):
    traces = view.traces(decision)
    assert "✓ holds" in traces and "✗ does not" in traces and "· not known" in traces


def test_a_client_file_that_is_refused_costs_no_other_its_row(tmp_path):
    (tmp_path / "bad.yaml").write_text("client: {name: <b>Bad</b>, nonsense: 1}\n")
    (tmp_path / "good.yaml").write_text("client: {name: Good}\nknowledge: {needed: none}\n")
    rows = decided_clients(tmp_path)
    page = joined(clients_table(rows), clients_caption(rows))
    assert rows[0].problem in page.unescape() or "nonsense" in page
    assert "Prompt engineering" in page and "1 could not be decided" in page


def test_a_page_in_another_currency_names_no_dollars():
    client = check_client(
        {
            "client": {"name": "x"},
            "knowledge": {"needed": "private", "documents": 900},
            "money": {"setup_usd": 8000, "per_query_usd": 0.05},
            "prices": {"currency": "EUR", "per_usd": 0.5},
        }
    )
    decision = decide(client)
    words = view.text(decision) + view.traces(decision) + view.counterfactuals_table(decision).striptags()
    assert "EUR" in words and "USD" not in words
    assert "4,000 EUR" in words, "the budget of 8,000 US dollars"
