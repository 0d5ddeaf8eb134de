"""The Excel workbook, recalculated by LibreOffice, equals Python to the cent."""

import csv
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from lib.arms import ARM, ARMS
from lib.client import Facts, check_client
from lib.costs import costs
from lib.costs.overview import Overview
from lib.costs.spreadsheet import Cell, CellNames
from lib.costs.workbook import write_xlsx
from lib.decision import decide
from lib.errors import InputError
from lib.prices import price_book
from lib.views import cost_tables

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
CLIENTS = {
    "default": {},
    "knowledge": {
        "knowledge": {
            "needed": "private",
            "documents": 12000,
            "days_between_changes": 3,
            "multi_hop_share": 0.3,
            "hours_until_visible": 100,
        },
        "behaviour": {"days_between_changes": 30},
        "training_data": {"labelled_examples": 800},
        "traffic": {"cacheable_share": 0.3, "queries_per_month": 1234567},
        "evidence": {"rag_score": 0.87, "hybrid_score": 0.93},
        "money": {"correction_usd": 4},
        "prices": {"batch_share": 0.25, "currency": "EUR", "per_usd": 0.87},
    },
    "in_house": {
        "constraints": {"data_must_stay_in_house": True},
        "knowledge": {"needed": "private", "documents": 4_000_000, "days_between_changes": "never"},
        "traffic": {"queries_per_month": 3_000_000},
        "stack": {"vector_store": "pinecone"},
    },
    "long_prompts": {
        "stack": {"base_model": "google/gemini-2.5-pro", "context_window_tokens": 500000},
        "knowledge": {"needed": "private", "documents": 400},
        "money": {"engineer_usd_per_hour": {"low": 90, "likely": 133.33, "high": 200}, "horizon_months": 36},
    },
    # Dearer from December on, so that months differ.
    "dearer_later": {"stack": {"base_model": "google/gemini-4-argon"}},
}
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed (libreoffice-calc)")


def client_of(name: str):
    return check_client({"client": {"name": "=1+1 & <b>"}, **CLIENTS[name]})


def recalculated(folder: Path, *files: Path) -> dict[str, dict[str, list[list[str]]]]:
    """Let LibreOffice compute every formula anew and give the rows of each sheet of each file."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", EVERY_SHEET]
    out = folder / "csv"
    subprocess.run([*command, "--outdir", str(out), *map(str, files)], check=True, capture_output=True, timeout=180)
    found: dict[str, dict[str, list[list[str]]]] = {}
    for file in files:
        for path in out.glob(f"{file.stem}-*.csv"):
            with path.open(encoding="utf-8", newline="") as lines:
                found.setdefault(file.stem, {})[path.stem.removeprefix(f"{file.stem}-")] = list(csv.reader(lines))
    return found


def check_against_python(sheets: dict[str, list[list[str]]], facts: Facts, book, per_usd: float) -> None:
    expected = costs(facts, book)
    summary = {row[0]: row[1:] for row in sheets["As planned"]}
    for column, arm in enumerate(ARMS):
        assert float(summary["Set-up"][column]) == pytest.approx(float(expected.setup_usd[arm]) * per_usd, abs=0.005)
        assert float(summary["A month"][column]) == pytest.approx(float(expected.monthly_usd[arm]) * per_usd, abs=0.005)
        assert float(summary["Set-up and all months"][column]) == pytest.approx(
            float(expected.horizon_usd[arm]) * per_usd, abs=0.005
        )
        assert float(summary["One more query"][column]) == pytest.approx(
            float(expected.usd_per_query[arm]) * per_usd, rel=1e-9
        )
        right = expected.usd_per_correct_answer[arm]
        shown = summary["One right answer"][column]
        assert shown == "not measured" if right is None else float(shown) == pytest.approx(float(right) * per_usd)
        spent = expected.spent_usd(arm) * per_usd
        for month, amount in enumerate(spent):
            assert float(summary[f"{month}"][column]) == pytest.approx(float(amount), abs=0.005), month
        rows = {row[0]: row for row in sheets[ARM[arm].short] if len(row) > 3 and row[3] in ("bill", "labour")}
        assert len(rows) == len(expected.components[arm])
        for part in expected.components[arm].values():
            assert float(rows[part.label][1]) == pytest.approx(float(part.setup), abs=0.005), part.id
            assert float(rows[part.label][2]) == pytest.approx(float(part.monthly), abs=0.005), part.id


@pytest.mark.slow
@needs_libreoffice
def test_libreoffice_computes_the_same_as_python_to_the_cent(tmp_path):
    clients = {name: client_of(name) for name in CLIENTS}
    files = [write_xlsx(client, tmp_path / f"{name}.xlsx") for name, client in clients.items()]
    found = recalculated(tmp_path, *files)
    for name, client in clients.items():
        per_usd = client.prices.per_usd
        check_against_python(found[name], Facts.of(client), price_book(client), per_usd)


@pytest.mark.slow
@needs_libreoffice
def test_changing_assumptions_in_the_workbook_changes_every_figure_as_in_python(tmp_path):
    client = client_of("knowledge")
    file = write_xlsx(client, tmp_path / "changed.xlsx")
    change(file, "traffic_queries_per_month", 54321)
    change(file, "money_engineer_usd_per_hour", 99)
    change(file, "price_base_model_input", 0.33)
    facts = Facts.of(client).replaced({"traffic.queries_per_month": 54321, "money.engineer_usd_per_hour": 99})
    book = price_book(client).replaced({"base_model.input": 0.33})
    check_against_python(recalculated(tmp_path, file)["changed"], facts, book, 0.87)


def change(file: Path, name: str, value: float) -> None:
    """Type another value into a named cell, as a person would, leaving all stored results as they are."""
    with zipfile.ZipFile(file) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    names = parts["xl/workbook.xml"].decode()
    reference = re.search(rf'name="{name}">\'?Assumptions\'?!\$(\w)\$(\d+)<', names)
    sheet = "xl/worksheets/sheet3.xml"
    cell = f'(<c r="{reference[1]}{reference[2]}"[^>]*><v>)[^<]*'
    text, count = re.subn(cell, rf"\g<1>{value}", parts[sheet].decode())
    assert count == 1
    parts[sheet] = text.encode()
    with zipfile.ZipFile(file, "w") as archive:
        for filename, data in parts.items():
            archive.writestr(filename, data)


def test_the_same_client_gives_the_same_file(tmp_path):
    one, two = (write_xlsx(client_of("default"), tmp_path / f"{name}.xlsx").read_bytes() for name in "ab")
    assert one == two


def test_text_of_the_client_stays_text(tmp_path):
    file = write_xlsx(client_of("default"), tmp_path / "text.xlsx")
    with zipfile.ZipFile(file) as archive:
        assert "<f>1+1" not in archive.read("xl/worksheets/sheet1.xml").decode()
        assert "=1+1 &amp; &lt;b&gt;" in archive.read("xl/sharedStrings.xml").decode()


def test_every_arm_has_a_sheet(tmp_path):
    file = write_xlsx(client_of("default"), tmp_path / "sheets.xlsx")
    with zipfile.ZipFile(file) as archive:
        names = archive.read("xl/workbook.xml").decode()
    assert all(
        f'name="{sheet}"' in names
        for sheet in ("Expected", "As planned", "Assumptions", "Workings", *(arm.short for arm in ARM.values()))
    )


@pytest.mark.parametrize("path", ["costs.csv", "costs"])
def test_a_name_that_is_no_excel_file_is_refused(tmp_path, path):
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        write_xlsx(client_of("default"), tmp_path / path)


def test_formulas_keep_the_order_of_operations():
    a, b, c = Cell("a", 7.0), Cell("b", 3.0), Cell("c", 2.0)
    assert (a - (b - c)).formula == "a-(b-c)"
    assert (a / (b * c)).formula == "a/(b*c)"
    assert (a * (b + c)).formula == "a*(b+c)"
    assert ((a + b) / c).formula == "(a+b)/c"
    assert (1 - a).formula == "1-a"
    assert (a - (b - c)).value == 6.0


def test_extreme_clients_are_written_too(tmp_path):
    extremes = [
        {"traffic": {"queries_per_month": 0}, "evidence": {"rag_score": 0.5}},
        {"evidence": {"rag_score": 0}, "money": {"correction_usd": 1}},
        {"traffic": {"queries_per_month": 1e11}, "knowledge": {"needed": "public", "documents": 10**9}},
        {
            "behaviour": {"days_between_changes": 0.0001},
            "prices": {"batch_share": 1, "currency": "IRR", "per_usd": 1e6},
        },
    ]
    for sections in extremes:
        client = check_client({"client": {"name": "Extreme"}, **sections})
        assert write_xlsx(client, tmp_path / "extreme.xlsx").stat().st_size > 10_000
        json.dumps(Overview.of(client).to_dict(), allow_nan=False)
        assert not re.search(
            r"\bnan\b", cost_tables.text(Overview.of(client), decide(client, with_counterfactuals=False))
        )


def test_no_two_cells_share_a_name_whatever_people_call_their_work():
    names = CellNames()
    paths = ["price.rag.翻译", "price.rag.审核", "price.rag.a b", "price.rag.a-b", "price.rag.a_b", "price.rag.A b"]
    found = [names[path] for path in paths]
    assert len({name.lower() for name in found}) == len(paths)
    assert [names[path] for path in paths] == found, "a path keeps its name"
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in found)


def test_work_that_is_called_like_a_component_stands_beside_it(tmp_path):
    header = "item,component,value,unit,currency,source,checked,note"
    rows = "rag,vector_store,40,hours,USD,our own,2026-05-01,"
    (tmp_path / "ours.csv").write_text(f"{header}\n{rows}\n", encoding="utf-8")
    client = check_client({"client": {"name": "x"}, "prices": {"file": "ours.csv"}})
    found = Overview.of(client, "client file", tmp_path).estimates.planned
    parts = found.components["rag"]
    assert parts["work.vector_store"].setup == 40 * 150 and parts["vector_store"].monthly > 0
    assert sum(part.setup for part in parts.values()) == pytest.approx(float(found.setup_usd["rag"]))
    assert sum(part.monthly for part in parts.values()) == pytest.approx(float(found.monthly_usd["rag"]))
