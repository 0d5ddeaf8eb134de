import json

import pytest
from click.testing import CliRunner

from lib.arms import ARMS
from lib.client import check_client
from lib.commands.costs import costs_command
from lib.costs.overview import Overview


@pytest.fixture
def client_file(tmp_path):
    path = tmp_path / "client.yaml"
    path.write_text("client: {name: Northwind}\nknowledge: {needed: private, documents: 500}\n", encoding="utf-8")
    return path


def test_the_command_prints_all_arms_and_where_the_prices_come_from(client_file):
    result = CliRunner().invoke(costs_command, [str(client_file)])
    assert result.exit_code == 0
    for words in ("Northwind", "Set-up", "A month", "One more query", "Whole answer", "genai-prices", "2026-11-21"):
        assert words in result.output
    assert "$" not in result.output


def test_the_command_prints_json_whose_components_add_up(client_file):
    result = CliRunner().invoke(costs_command, [str(client_file), "--json"])
    found = json.loads(result.output)
    assert set(found["arms"]) == set(ARMS)
    for arm in found["arms"].values():
        assert sum(part["monthly_usd"] for part in arm["components"]) == pytest.approx(arm["monthly_usd"], abs=0.01)
        assert arm["horizon_usd_p10"] <= arm["horizon_usd"] <= arm["horizon_usd_p90"]
    keys = {price["key"] for price in found["prices"]}
    assert {"base_model.input", "latency.p95_factor"} <= keys


def test_the_command_writes_an_excel_workbook(client_file, tmp_path):
    target = tmp_path / "out.xlsx"
    result = CliRunner().invoke(costs_command, [str(client_file), "--xlsx", str(target)])
    assert result.exit_code == 0 and target.read_bytes()[:2] == b"PK"


def test_a_price_list_is_found_beside_the_client_file(tmp_path):
    header = "item,component,value,unit,currency,source,checked,note"
    row = "openai/gpt-6-luna,input,0.09,USD per million tokens,USD,our contract,2026-10-01,"
    (tmp_path / "ours.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    path = tmp_path / "client.yaml"
    path.write_text("client: {name: Northwind}\nprices: {file: ours.csv}\n", encoding="utf-8")
    assert "our contract" in CliRunner().invoke(costs_command, [str(path)]).output


def test_notes_say_what_is_estimated_and_what_has_no_history():
    client = check_client({"client": {"name": "Test"}, "prices": {"as_of": "2026-05-01"}})
    notes = " ".join(Overview.of(client).notes())
    assert "estimates" in notes and "no known history at 2026-05-01" in notes


def test_old_prices_are_called_old():
    client = check_client({"client": {"name": "Test"}, "prices": {"as_of": "2027-12-01"}})
    assert "more than 180 days" in " ".join(Overview.of(client).notes())
