"""Every notebook opened in JupyterLab, all cells run, a slider moved: what a person would see."""

import nbformat
import pytest
from playwright.sync_api import expect

from lib.paths import NOTEBOOKS

SECONDS = {"3_experiment.ipynb": 1100, "report.ipynb": 1100}
SECONDS_OTHERWISE = 120
WIDTHS = [1400, 1000]
STYLE = "behaviour.style_sensitivity"
CUT_OFF = """labels => labels.filter(label =>
    label.scrollWidth > label.clientWidth + 1 && getComputedStyle(label).overflow != "visible").length"""


@pytest.fixture(scope="module")
def opened(lab, chromium):
    """Give a function that opens a notebook, with no other notebook's kernel running."""
    from .notebook_page import NotebookPage

    def open_page(name: str, width: int = 1400) -> NotebookPage:
        lab.close_kernels()
        return NotebookPage(chromium, lab.address, name, width)

    return open_page


@pytest.fixture(scope="module", params=WIDTHS, ids=lambda width: f"{width} wide")
def decide_page(opened, request):
    """Give 1_decide with all its cells run, at each width."""
    with opened("1_decide.ipynb", request.param) as notebook:
        notebook.run_all(SECONDS_OTHERWISE)
        notebook.recommendation().wait_for()
        yield notebook


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def test_all_cells_run_without_an_error(opened, shots, name):
    with opened(name) as notebook:
        notebook.run_all(SECONDS.get(name, SECONDS_OTHERWISE))
        notebook.shot(shots / f"{name.removesuffix('.ipynb')}.png")
        assert notebook.errors() == []
        assert notebook.cells_without_number() == 0


def test_charts_keep_their_height_when_the_window_changes(opened):
    with opened("2_costs.ipynb") as notebook:
        notebook.run_all(SECONDS_OTHERWISE)
        before = notebook.chart_heights()
        assert len(before) >= 3 and min(before) > 100
        notebook.page.set_viewport_size({"width": 1400, "height": 1900})
        notebook.page.wait_for_timeout(2000)
        assert notebook.chart_heights() == before


def test_an_error_in_a_cell_would_be_seen(opened, lab):
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in ("1 / 0", "'not run'")])
    broken.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(broken, lab.notebooks / "broken.ipynb")
    with opened("broken.ipynb") as notebook:
        notebook.run_all(SECONDS_OTHERWISE)
        assert "ZeroDivisionError" in notebook.errors()[0]
        assert notebook.cells_without_number() == 1


def test_no_label_of_the_form_is_cut_off(decide_page):
    labels = decide_page.page.locator(".decision-left :is(label, legend):visible")
    assert labels.count() >= 11
    pane = decide_page.page.locator(".decision-left").bounding_box()
    for box in [label.bounding_box() for label in labels.all()]:
        assert box["x"] >= pane["x"] and box["x"] + box["width"] <= pane["x"] + pane["width"] + 1
    assert labels.evaluate_all(CUT_OFF) == 0


def test_every_control_of_the_form_has_a_name_and_every_section_opens_by_keyboard(decide_page):
    form = decide_page.page.locator(".client-form")
    nameless = form.locator("input, select, textarea, button").evaluate_all(
        "all => all.filter(e => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map(e => e.outerHTML)"
    )
    assert nameless == []
    folds = form.locator("button.fold")
    assert folds.count() >= 14
    for fold in folds.all():
        fold.focus()
        fold.press("Enter")
        assert fold.get_attribute("aria-expanded") == "true"
        fold.press("Space")
        assert fold.get_attribute("aria-expanded") == "false"


def test_moving_a_slider_by_keyboard_changes_the_recommendation(decide_page, shots):
    assert decide_page.recommendation().inner_text() == "RAG"
    slider = decide_page.row(STYLE).locator("input[type=range]")
    slider.focus()
    for _ in range(70):
        slider.press("ArrowRight")
    decide_page.page.locator(".decision-right .arm", has_text="Hybrid").wait_for(timeout=10_000)
    decide_page.shot(shots / f"1_decide-moved-{decide_page.page.viewport_size['width']}.png")
    expect(decide_page.row(STYLE).locator("input[type=text]")).to_have_value("0.9", timeout=10_000)
    assert slider.evaluate("slider => document.activeElement === slider"), "the focus stays"
    assert decide_page.errors() == []


def test_what_is_typed_is_understood_or_refused_beside_its_field(decide_page):
    box = decide_page.row("traffic.queries_per_month").locator("input[type=text]")
    box.fill("40.000")
    box.press("Enter")
    decide_page.row("traffic.queries_per_month").get_by_text("40,000 queries").wait_for(timeout=10_000)
    box.fill("lots")
    box.press("Enter")
    decide_page.row("traffic.queries_per_month").get_by_text("“lots” is not accepted").wait_for(timeout=10_000)
    assert box.input_value() == "lots" and box.get_attribute("aria-invalid") == "true"
    assert decide_page.errors() == []


def test_the_answer_changes_when_another_client_is_picked(opened):
    with opened("0_start_here.ipynb") as notebook:
        notebook.run_all(SECONDS_OTHERWISE)
        notebook.page.locator(".widget-dropdown select").select_option(label="Telephone voice agent")
        answer = notebook.page.locator(".decision-right .arm", has_text="Fine-tuning")
        answer.wait_for(timeout=10_000)
        assert answer.inner_text() == "Fine-tuning" and notebook.errors() == []
