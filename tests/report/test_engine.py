"""The engine without a kernel: what is run, what is written, what is refused."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from lib.commands.report import report_command
from lib.errors import InputError
from lib.paths import CLIENTS
from lib.report import batch, chromium, engine
from lib.report.engine import NOTEBOOK, Report, planned, prepared
from lib.report.exporter import to_html
from lib.report.logo import logo_uri

GOOD = CLIENTS / "general-chatbot.yaml"


def notebook(*cells):
    made = nbformat.v4.new_notebook(cells=list(cells))
    for cell in made.cells:
        cell.metadata.setdefault("tags", [])
    return made


def output(html: str):
    return nbformat.v4.new_output("display_data", data={"text/html": html, "text/plain": "plain"})


def test_interactive_cells_and_old_outputs_are_dropped_before_the_run():
    live = nbformat.v4.new_code_cell("widgets()", metadata={"tags": ["interactive"]})
    plain = nbformat.v4.new_code_cell("1", outputs=[output("old")], execution_count=4)
    ready = prepared(notebook(plain, live))
    assert [cell.source for cell in ready.cells] == ["1"]
    assert ready.cells[0].outputs == [] and ready.cells[0].execution_count is None


def test_the_page_shows_outputs_and_neither_code_nor_noise():
    noisy = [
        nbformat.v4.new_output("stream", name="stderr", text="a warning"),
        output("<p>seen</p>"),
        nbformat.v4.new_output("display_data", data={"text/plain": "FigureWidget"}),
    ]
    page = to_html(
        notebook(
            nbformat.v4.new_markdown_cell("# Of the notebook", metadata={"tags": ["notebook-only"]}),
            nbformat.v4.new_markdown_cell("## Costs & prices"),
            nbformat.v4.new_code_cell("secret_code()", outputs=noisy),
        ),
        "A <title>",
    )
    assert "<p>seen</p>" in page and '<h2 id="costs-prices">Costs &amp; prices</h2>' in page
    for hidden in ("secret_code", "a warning", "FigureWidget", "Of the notebook"):
        assert hidden not in page
    assert "<title>A &lt;title&gt;</title>" in page


def test_only_a_colour_gets_into_the_style_sheet():
    assert "--client: #123abc" in to_html(notebook(), "t", "#123abc")
    with pytest.raises(ValueError):
        to_html(notebook(), "t", "red;} body{display:none")


def test_a_footer_stays_text_in_the_style_sheet():
    page = to_html(notebook(), "t", footer='A"; } body { display: none } \\ é')
    assert r'content: "A\22 \3b  \7d  body \7b  display\3a  none \7d  \5c  \e9 "' in page


def test_sections_and_both_contents_bear_the_names_of_their_headings():
    headings = [nbformat.v4.new_markdown_cell(f"## {title}") for title in ("Costs & prices", "Next", "End")]
    page = to_html(notebook(*headings), "t")
    for id_ in ("costs-prices", "next", "end"):
        assert page.count(f'<section aria-labelledby="{id_}">') == 1 and page.count(f'href="#{id_}"') == 2
    # On paper the contents stand after the two pages for whoever signs.
    assert page.index('<h2 id="next">') < page.index('printed-contents"') < page.index('<h2 id="end">')


def test_every_heading_of_the_report_s_notebook_is_plain_text():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown" and not cell.metadata.get("tags")]
    assert len(texts) > 10 and all(re.fullmatch(r"## [\w ,:&]+", text) for text in texts)


def test_two_files_that_would_write_the_same_report_are_refused():
    with pytest.raises(InputError, match=r"would both write a\.html"):
        planned([Path("one/A.yaml"), Path("two/a.yaml")])
    with pytest.raises(InputError):
        planned([])
    with pytest.raises(InputError, match="the page that compares them"):
        planned([Path("one/a.yaml"), Path("one/index.yaml")])
    assert planned([Path("one/a.yaml"), Path("one/b.yaml")])


def test_a_failing_client_costs_no_other_its_report(monkeypatch, tmp_path):
    def made(file, folder, **options):
        if file.stem == "bad":
            raise InputError("bad.yaml: client.name is missing.")
        if file.stem == "broken":
            raise RuntimeError("Traceback\nZeroDivisionError: division by zero")
        return Report(folder / f"{file.stem}.html", folder / f"{file.stem}.manifest.json", None)

    monkeypatch.setattr(batch, "make_report", made)
    monkeypatch.setattr(batch, "read_manifest", lambda path: path.name)
    compared = []
    monkeypatch.setattr(batch, "write_index", lambda folder, *found: compared.extend(found))
    files = [Path(f"{name}.yaml") for name in ("first", "bad", "broken", "last")]
    heard = []
    outcomes = batch.make_reports(files, tmp_path, jobs=1, told=heard.append)
    assert [outcome.report is not None for outcome in outcomes] == [True, False, False, True]
    assert outcomes[1].problem == "bad.yaml: client.name is missing."
    assert outcomes[2].problem == "broken.yaml: the report failed: ZeroDivisionError: division by zero"
    assert heard == outcomes and batch.exit_status(outcomes) == 1
    assert list(compared[0].values()) == ["first.manifest.json", "last.manifest.json"]
    assert [path.stem for path in compared[1]] == ["bad", "broken"]


@pytest.mark.parametrize(
    ("states", "status"),
    [("ok ok", 0), ("ok bad", 1), ("ok broken", 1), ("bad bad", 2), ("bad broken", 1), ("broken", 1), ("bad", 2)],
)
def test_the_exit_status_says_who_failed(states, status):
    report = Report(Path("a.html"), Path("a.manifest.json"), None)
    outcomes = [
        batch.Outcome(Path(state), report if state == "ok" else None, "x", bad_input=state == "bad")
        for state in states.split()
    ]
    assert batch.exit_status(outcomes) == status


def test_a_lone_bad_file_is_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "run_notebook", lambda *a, **k: pytest.fail("ran"))
    bad = tmp_path / "bad.yaml"
    bad.write_text("client: {nam: x}\n", encoding="utf-8")
    result = CliRunner().invoke(report_command, [str(bad), "--out", str(tmp_path / "out")])
    assert isinstance(result.exception, InputError) and "client.nam" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_a_render_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "run_notebook", lambda *a, **k: notebook())
    monkeypatch.setattr(engine, "to_html", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        engine.make_report(GOOD, tmp_path, experiment=False, pdf=False)
    assert list(tmp_path.iterdir()) == []


def test_without_a_chromium_the_report_says_that_it_has_no_pdf(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "run_notebook", lambda *a, **k: notebook())
    monkeypatch.setattr(engine, "find_chromium", lambda: None)
    old = tmp_path / "general-chatbot.pdf"
    old.write_bytes(b"%PDF of last week")
    made = engine.make_report(GOOD, tmp_path, experiment=False)
    assert made.pdf is None and "no PDF" in made.remarks[0]
    assert not old.exists(), "an old print beside a new page would mislead"


def test_the_variable_names_the_browser(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    assert chromium.find_chromium() is None


def test_a_browser_that_does_not_print_is_named(tmp_path):
    fake = tmp_path / "browser"
    fake.write_text("#!/bin/sh\necho cannot >&2\nexit 3\n", encoding="utf-8")
    fake.chmod(0o755)
    page = tmp_path / "page.html"
    page.write_text("<p>x</p>", encoding="utf-8")
    if os.name == "nt":
        pytest.skip("the stand-in is a shell script")
    with pytest.raises(chromium.PdfError, match="cannot"):
        chromium.print_pdf(page, tmp_path / "page.pdf", str(fake))
    assert not (tmp_path / "page.pdf").exists()


def test_a_page_prints_the_same_pdf_twice(tmp_path):
    program = chromium.find_chromium()
    if program is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine")
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>t</title><h1>Printed</h1>", encoding="utf-8")
    prints = []
    for name in ("one.pdf", "two.pdf"):
        chromium.print_pdf(page, tmp_path / name, program)
        prints.append((tmp_path / name).read_bytes())
    assert prints[0] == prints[1] and prints[0].startswith(b"%PDF")


def test_a_logo_is_carried_inside_the_page(tmp_path):
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    assert logo_uri("logo.svg", tmp_path).startswith("data:image/svg+xml;base64,")
    assert logo_uri(None, tmp_path) is None
    for wrong in ("none.png", "../secret.txt"):
        with pytest.raises(InputError, match=r"report\.logo"):
            logo_uri(wrong, tmp_path)


def test_the_report_s_notebook_knows_every_section_of_a_client_file():
    from lib.report.parameters import OWN_PARAMETERS, SECTIONS

    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    source = next(cell.source for cell in cells if "parameters" in cell.metadata.get("tags", []))
    names: dict = {}
    exec(source, {}, names)
    assert set(names) == {*SECTIONS, *OWN_PARAMETERS} and not any(names.values())
