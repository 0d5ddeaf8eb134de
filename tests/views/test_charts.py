"""Every chart has a name, a sentence that reads it aloud, its numbers as a table, and the same bytes each time."""

import json
import re
from html.parser import HTMLParser

import pytest

from lib.arms import ARMS, KNOWING_ARMS, TUNED_ARMS
from lib.client import Facts, load_client
from lib.costs import Estimates, costs, latency
from lib.decision import decide
from lib.paths import CLIENTS
from lib.prices import price_book
from lib.views import Chart, Money, Table
from lib.views.architecture import architecture, lanes
from lib.views.chart import ARM_COLOURS, ARM_DASHES, PLOTLY_MIME, chart_html, off_scale
from lib.views.cost_charts import GROUPS, OTHER, break_evens, cost_bars, group_of, grouped, money_spent
from lib.views.latency import answer_time
from lib.views.markup import safe

NAMES = ("support-knowledge-base", "voice-agent", "commercial-law", "general-chatbot")


class Tags(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def every_chart(name: str) -> list[Chart]:
    client = load_client(CLIENTS / f"{name}.yaml")
    facts, book, decision = Facts.of(client), price_book(client), decide(client)
    estimates, arm = Estimates.of(client, book), decision.recommendation
    ruled_out = [arm for arm, each in decision.arms.items() if not each.feasible]
    return [
        cost_bars(estimates.expected, arm, ruled_out),
        money_spent(estimates, arm, decision.runner_up, ruled_out),
        answer_time(latency(facts, book), 5000, True, arm, ruled_out),
    ]


@pytest.fixture(scope="module")
def drawn():
    return {name: every_chart(name) for name in NAMES}


def test_money_spent_is_set_only_against_what_passes_or_says_that_nothing_does():
    client = load_client(CLIENTS / "support-knowledge-base.yaml")
    estimates = Estimates.of(client, price_book(client))
    some = money_spent(estimates, "rag", None, ("prompt", "fine_tune", "hybrid")).sentence
    assert "for long context" in some and not any(f"for {word}" in some for word in ("prompt", "fine-tuning", "hybrid"))
    none = money_spent(estimates, "rag", None, [arm for arm in ARMS if arm != "rag"]).sentence
    assert "and no other option passes" in none and "against" not in none


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_an_accessible_name_and_its_numbers_as_a_table(drawn, name):
    for chart in drawn[name]:
        bundle = chart._repr_mimebundle_()
        picture = [
            attributes
            for _, attributes in Tags(chart_html(bundle[PLOTLY_MIME])).seen
            if attributes.get("role") == "img"
        ]
        assert [each["id"] for each in picture] == [f"chart-{chart.id}"]
        assert len(picture[0]["aria-label"]) > 30
        tags = [tag for tag, _ in Tags(chart.reading()).seen]
        assert "details" in tags and "table" in tags and "caption" in tags
        assert len(chart.table.rows) >= 1
        assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_read_aloud_in_a_whole_sentence_with_a_figure(drawn, name):
    for chart in drawn[name]:
        assert chart.sentence.endswith(".") and re.search(r"\d", chart.sentence), chart.id
        assert not re.search(r"\bnan\b|\binf\b|None", chart.sentence), chart.id


@pytest.mark.parametrize("name", NAMES)
def test_the_same_numbers_give_the_same_bytes(drawn, name):
    for first, second in zip(drawn[name], every_chart(name), strict=True):
        assert json.dumps(first._repr_mimebundle_()) == json.dumps(second._repr_mimebundle_())


def test_a_chart_brings_neither_plotly_nor_a_running_script(drawn):
    for chart in drawn["voice-agent"]:
        bundle = chart._repr_mimebundle_()
        assert set(bundle) == {PLOTLY_MIME, "text/plain"}, "a viewer without plotly takes the picture saved beside it"
        scripts = [attributes for tag, attributes in Tags(chart_html(bundle[PLOTLY_MIME])).seen if tag == "script"]
        assert [script["type"] for script in scripts] == ["application/json"]
        assert len(json.dumps(bundle)) < 60_000, "a saved notebook stays small"
        assert bundle[PLOTLY_MIME]["data"]


def test_ids_are_unique_on_a_page(drawn):
    ids = [chart.id for chart in drawn["voice-agent"]]
    assert len(set(ids)) == len(ids)


def test_no_dollar_sign_stands_before_a_digit(drawn):
    for chart in drawn["commercial-law"]:
        assert not re.search(r"\$\d", json.dumps(chart._repr_mimebundle_()) + chart.reading())


def test_text_from_outside_stays_text():
    hostile = "<img src=x onerror=alert(1)> & \"quotes\" 'too' $1 {{ 7*7 }}"
    shown = safe(hostile)
    assert "<img" not in shown and '"' not in shown.replace('"quotes"', "") and "$1" not in shown
    assert Tags(shown).seen == [("span", {})]


def test_a_character_that_steers_the_page_is_shown_instead():
    assert safe("a\u202eb\x9bc\x00") == "a\\u202eb\\x9bc\\x00"
    assert safe("d\u200de Ω 翻译 naïve") == "d\u200de Ω 翻译 naïve"


def test_a_table_says_the_same_as_html_as_text_and_as_plain_cells():
    table = Table(["Name", "Amount"], [["<b>", "1"], ["longer", "22"]], "Cap & tion", right=[1], strong=[1])
    assert "&lt;b&gt;" in table._repr_html_() and "Cap &amp; tion" in table._repr_html_()
    assert table.to_text().splitlines() == ["Name    Amount", "<b>          1", "longer      22"]
    assert table.texts == [["Name", "Amount"], ["<b>", "1"], ["longer", "22"]]


def test_arms_differ_in_colour_and_in_dash():
    assert len({ARM_COLOURS[arm] for arm in ARMS}) == len(ARMS)
    assert len({ARM_DASHES[arm] for arm in ARMS}) == len(ARMS)


def test_the_groups_add_up_to_the_total():
    client = load_client(CLIENTS / "commercial-law.yaml")
    result = costs(Facts.of(client), price_book(client))
    for arm in ARMS:
        assert sum(grouped(result, arm, "setup").values()) == pytest.approx(float(result.setup_usd[arm]))
        assert sum(grouped(result, arm, "monthly").values()) == pytest.approx(float(result.monthly_usd[arm]))


def test_every_component_has_a_group():
    known = {member for members in GROUPS.values() for member in members}
    for path in CLIENTS.glob("*.yaml"):
        client = load_client(path)
        result = costs(Facts.of(client), price_book(client))
        for arm in ARMS:
            assert {id_ for id_ in result.components[arm] if group_of(id_) == OTHER} == set(), known


def test_a_bar_that_would_dwarf_all_others_is_off_the_scale():
    assert off_scale({"a": 1, "b": 2, "c": 3, "d": 100}) == {"d"}
    assert off_scale({"a": 1, "b": 2, "c": 3}) == set()
    assert off_scale({"a": 0, "b": 0, "c": 5}) == set()


def test_lines_cross_where_the_totals_are_equal():
    client = load_client(CLIENTS / "support-knowledge-base.yaml")
    facts = Facts.of(client).replaced({"traffic.queries_per_month": 2_000_000, "money.horizon_months": 24})
    result = costs(facts, price_book(client))
    crossings = break_evens(result, "rag")
    assert crossings
    for item in crossings:
        at = [
            float(result.setup_usd[arm] + item.month * result.monthly_usd[arm])
            for arm in (item.cheaper_first, item.cheaper_later)
        ]
        assert at[0] == pytest.approx(at[1]) == pytest.approx(item.usd)
        assert float(result.setup_usd[item.cheaper_first]) < float(result.setup_usd[item.cheaper_later])


def test_money_is_written_in_the_client_s_currency():
    assert Money("EUR", 0.5).text(1000) == "EUR 500"
    assert Money().text(0.0012) == "USD 0.00120"


@pytest.mark.parametrize("arm", ARMS)
def test_every_architecture_can_be_drawn_and_escapes_its_names(arm):
    hostile = "<b>model</b> & $1"
    names = dict.fromkeys(("base_model", "tuned_model", "embedding_model", "vector_store"), hostile)
    text = architecture(arm, names)
    assert "<b>" not in text and "$1" not in text and 'id="chart-architecture"' in text
    kinds = [kind for kind, _, _ in lanes(arm, names)]
    assert kinds[-2:] == ["live", "watched"] and kinds.count("prepared") == (arm in TUNED_ARMS) + (arm in KNOWING_ARMS)
    assert all(part for _, _, parts in lanes(arm, names) for part, _ in parts)


def test_an_arm_that_is_none_cannot_be_drawn():
    with pytest.raises(KeyError):
        architecture("undecided", {})
