"""Loading, checking and saving client files."""

from pathlib import Path

import jsonschema
import numpy as np
import pytest

from lib.client import Facts, answers, check_client, json_schema, load_client, save_client
from lib.client.facts import field_specs
from lib.errors import InputError
from lib.paths import CLIENTS


def write(folder: Path, text: str) -> Path:
    path = folder / "client.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_only_the_name_is_required_and_everything_else_has_the_published_default(tmp_path: Path) -> None:
    client = load_client(write(tmp_path, "client: {name: Northwind}\n"))
    assert client.knowledge.needed == "none"
    assert client.knowledge.days_between_changes == 90
    assert client.behaviour.days_between_changes == "never"
    assert client.evidence.target_score == 0.85
    assert client.traffic.queries_per_month == 25000
    assert client.stack.base_model == "openai/gpt-6-luna" and client.stack.tuned_model is None
    assert client.training_data.labelled_examples is None


def test_null_means_not_answered_and_takes_the_default(tmp_path: Path) -> None:
    text = "client: {name: x}\nknowledge: {needed: null, documents: 5}\nlatency: null\n"
    facts = Facts.of(load_client(write(tmp_path, text)))
    assert facts.answered("knowledge.documents")
    assert not facts.answered("knowledge.needed")
    assert np.isnan(facts["latency.p95_ms"])


def test_a_range_is_read_at_its_likely_value() -> None:
    client = check_client(
        {"client": {"name": "x"}, "traffic": {"queries_per_month": {"low": 1, "likely": 2, "high": 9}}}
    )
    assert Facts.of(client)["traffic.queries_per_month"] == 2


def test_never_is_infinite_in_the_arrays() -> None:
    client = check_client({"client": {"name": "x"}, "knowledge": {"days_between_changes": "never"}})
    assert Facts.of(client)["knowledge.days_between_changes"] == float("inf")


def test_saving_keeps_comments_order_and_only_answered_fields(tmp_path: Path) -> None:
    path = write(tmp_path, "# facts of May\nclient: {name: x}  # who\nknowledge:\n  documents: 5   # counted\n")
    client = load_client(path)
    changed = check_client({**answers(client), "knowledge": {"documents": 7, "needed": "private"}})
    save_client(changed, path)
    text = path.read_text(encoding="utf-8")
    assert "# facts of May" in text and "# who" in text and "# counted" in text
    assert "traffic" not in text
    assert load_client(path) == changed


@pytest.mark.parametrize("path", sorted(CLIENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_saved_client_file_loads_as_the_same_client(path: Path, tmp_path: Path) -> None:
    client = load_client(path)
    save_client(client, tmp_path / "copy.yaml")
    assert load_client(tmp_path / "copy.yaml") == client


def test_every_field_has_a_label_a_help_text_and_a_sentence_of_what_is_allowed() -> None:
    specs = field_specs()
    assert len(specs) > 70
    for path, spec in specs.items():
        assert spec.label and spec.help and spec.allowed, path
        assert spec.kind != "number" or spec.unit, path


def test_the_json_schema_carries_unit_bounds_and_help_from_the_model() -> None:
    field = json_schema()["$defs"]["Knowledge"]["properties"]["documents"]
    assert field["unit"] == "documents"
    assert field["anyOf"][0] == {"type": "integer", "minimum": 0, "maximum": 1e9}
    assert "draw on" in field["description"]


SCHEMA = jsonschema.Draft202012Validator(json_schema())


def agrees(values: dict) -> bool:
    """Whether the schema takes the values, which must be what the model says too."""
    by_schema = SCHEMA.is_valid(values)
    try:
        check_client(values)
    except InputError:
        assert not by_schema, values
    else:
        assert by_schema, values
    return by_schema


@pytest.mark.parametrize("path", [path for path, spec in field_specs().items() if spec.kind == "number"])
def test_schema_and_model_agree_on_every_number(path: str) -> None:
    section, name = path.split(".")
    spec = field_specs()[path]
    low, high = spec.lowest, spec.highest
    inside = 0.5 if high == 1 else max(low, 1)

    def of(value) -> dict:
        # A rate of exchange belongs to a currency.
        extra = {"prices": {"currency": "EUR", name: value}} if path == "prices.per_usd" else {section: {name: value}}
        return {"client": {"name": "x"}} | extra

    fractions_refused = spec.whole and not agrees(of(inside + 0.5))
    assert fractions_refused == spec.whole
    assert agrees(of(inside)) and agrees(of(low)) and agrees(of(high))
    assert path == "prices.per_usd" or agrees(of(None))
    assert agrees(of({"low": low, "likely": inside, "high": high}))
    assert not agrees(of(low - 1)) and not agrees(of(high * 2)) and not agrees(of("5")) and not agrees(of(True))
    assert not agrees(of({"low": low, "likely": inside, "high": high * 2})) and not agrees(of({"low": low}))
    assert agrees(of("never")) == spec.never


def test_an_empty_section_and_every_outcome_are_known_to_the_schema_too() -> None:
    assert agrees({"client": {"name": "x"}, "latency": None})
    assert agrees({"client": {"name": "x"}, "evidence": {"tried": {"fine_tune": "worse", "rag": "better"}}})
    assert not agrees({"client": {"name": "x"}, "evidence": {"tried": {"fine_tuning": "worse"}}})
    assert not agrees({"client": {"name": "x"}, "evidence": {"tried": {"rag": "good"}}})
    assert not agrees({"client": None})


def test_a_whole_field_has_one_whole_value_whatever_its_range_says() -> None:
    client = check_client({"client": {"name": "x"}, "money": {"horizon_months": {"low": 6, "likely": 7.5, "high": 12}}})
    assert Facts.of(client)["money.horizon_months"] == 8


def test_an_exchange_rate_belongs_to_a_currency() -> None:
    for prices in ({"per_usd": 0.92}, {"per_usd": 0.92, "currency": "USD"}, {"currency": "EUR"}):
        with pytest.raises(InputError, match=r"prices\.per_usd"):
            check_client({"client": {"name": "x"}, "prices": prices})
    check_client({"client": {"name": "x"}, "prices": {"per_usd": 0.92, "currency": "EUR"}})
    check_client({"client": {"name": "x"}, "prices": {"per_usd": 1.0}})


@pytest.mark.parametrize("text", ["\x9b31m", "a\u2028b", "\u202eabc", "\u200b\u200b", "a\nb", "\ufeff"])
def test_control_characters_and_invisible_texts_are_refused(text: str) -> None:
    for values in ({"client": {"name": text}}, {"client": {"name": "x"}, "plan": {"done": [text]}}):
        with pytest.raises(InputError):
            check_client(values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("client: {name: x}\nknowledge: {documents: -1}", ["knowledge.documents", "-1", "0 to 1,000,000,000"]),
        ("client: {name: x}\nknowledge: {documnts: 1}", ["knowledge.documnts", "did you mean documents"]),
        ("client: {name: x}\nknowledge: {documents: 1e5}", ["knowledge.documents", "1e5", "100000"]),
        ("client: {name: no}", ["client.name", "no", "quotes"]),
        ("client: {name: x, name: y}", ["client.name", "twice"]),
        ("client: {name: x}\ntraffic: {queries_per_month: 12:30}", ["traffic.queries_per_month", "12:30"]),
        (
            "client: {name: x}\ntraffic: {queries_per_month: {low: 3, likely: 2, high: 5}}",
            ["traffic.queries_per_month", "low", "order"],
        ),
        ("client: {name: x}\ntraffic: {queries_per_month: .nan}", ["traffic.queries_per_month", "nan"]),
        ("client: &a {name: x}", ["anchor"]),
        ("client: {name: x}\nknowledge: {needed: private, documents: 12,000}", ["knowledge.000", "not a known key"]),
        ("client: {name: x}\nknowledge: {ducuments: null}", ["knowledge.ducuments", "documents"]),
        ("client: {name: ' '}", ["client.name"]),
        ("client: {name: x}\nprices: {currency: EUR}", ["prices.per_usd", "EUR"]),
        ("", ["client.name", "missing"]),
        ("client: {name: x}\nrisk: {wrong_answer: grave}", ["risk.wrong_answer", "low, medium, high"]),
        ("client: {name: x}\nevidence: {tried: {rag: good}}", ["evidence.tried", "worse, no_better, better"]),
        ("client: {name: x}\nevidence: {tried: {fine: worse}}", ["evidence.tried", "fine_tune"]),
        ("client: {name: x}\nprices: {currency: <b>, per_usd: 1}", ["prices.currency", "EUR"]),
        ("client: {name: x}\nprices: {as_of: 0001-01-01}", ["prices.as_of", "0001-01-01", "2000"]),
        ("client: {name: x}\nprices: {as_of: 2026-02-30}", ["prices.as_of", "2026-02-30", "2026-11-21"]),
    ],
)
def test_bad_input_names_file_key_value_and_what_is_allowed(tmp_path: Path, text: str, words: list[str]) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_client(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path)) and "\n" not in sentence
    for word in words:
        assert word in sentence, sentence
