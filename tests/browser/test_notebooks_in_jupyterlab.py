"""Every notebook opened in JupyterLab, all cells run, a slider moved: what a person would see."""

import nbformat
import pytest

from lib.paths import NOTEBOOKS

SECONDS = {"3_experiment.ipynb": 1100, "report.ipynb": 1100}
SECONDS_OTHERWISE = 120
WIDTHS = [1400, 1000]
STYLE = "Style sensitivity (0 to 1)"
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
    labels = decide_page.page.locator(".decision-left .widget-label:visible")
    assert labels.count() >= 7
    pane = decide_page.page.locator(".decision-left").bounding_box()
    for box in [label.bounding_box() for label in labels.all()]:
        assert box["x"] >= pane["x"] and box["x"] + box["width"] <= pane["x"] + pane["width"] + 1
    assert labels.evaluate_all(CUT_OFF) == 0


def test_moving_a_slider_by_keyboard_changes_the_recommendation(decide_page, shots):
    assert decide_page.recommendation().inner_text() == "RAG"
    decide_page.page.locator(".jupyter-widget-Collapse-header", has_text="Behaviour").click()
    handle = decide_page.row(STYLE).locator(".noUi-handle")
    handle.focus()
    for _ in range(70):
        handle.press("ArrowRight")
    decide_page.page.locator(".decision-right .arm", has_text="Hybrid").wait_for(timeout=10_000)
    decide_page.shot(shots / f"1_decide-moved-{decide_page.page.viewport_size['width']}.png")
    assert decide_page.row(STYLE).locator("input").input_value() == "0.9"
    assert decide_page.errors() == []


def test_a_refused_value_is_shown_beside_its_field_and_above_the_result(decide_page):
    box = decide_page.row("Documents").locator("input")
    if not box.is_visible():
        decide_page.page.locator(".jupyter-widget-Collapse-header", has_text="Knowledge").click()
    box.fill("-1")
    box.press("Enter")
    sentence = "knowledge.documents is -1; allowed is a whole number from 0"
    decide_page.row("Documents").get_by_text(sentence).wait_for(timeout=10_000)
    above = decide_page.page.locator(".decision-right .problem").get_by_text(sentence)
    above.wait_for()
    assert above.count() == 1 and decide_page.errors() == []


def test_the_answer_changes_when_another_client_is_picked(opened):
    with opened("0_start_here.ipynb") as notebook:
        notebook.run_all(SECONDS_OTHERWISE)
        notebook.page.locator(".widget-dropdown select").select_option(label="voice agent")
        answer = notebook.page.locator(".jupyter-widgets .arm", has_text="Fine-tuning")
        answer.wait_for(timeout=10_000)
        assert answer.inner_text() == "Fine-tuning" and notebook.errors() == []
