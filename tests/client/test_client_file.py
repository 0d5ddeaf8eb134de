"""Loading, checking and saving client files."""

from pathlib import Path

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
    assert client.stack.tuned_model == "openai/ft:gpt-4o-mini-2024-07-18"
    assert client.training_data.labelled_examples is None


def test_null_means_not_answered_and_takes_the_default(tmp_path: Path) -> None:
    text = "client: {name: x}\nknowledge: {needed: null, documents: 5}\nlatency: null\n"
    facts = Facts.of(load_client(write(tmp_path, text)))
    assert facts.answered("knowledge.documents")
    assert not facts.answered("knowledge.needed")
    assert facts["latency.p95_ms"] == 5000


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
    assert field["x-highest"] == 1e9
    assert "draw on" in field["description"]


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
