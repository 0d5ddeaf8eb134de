"""What a person waits for when a slider of the form moves, as ratios to a bare panel in the same JupyterLab.

The bare panel is one slider, one line of HTML and one figure of four traces. Run with ``make benchmarks``.
"""

import nbformat
import numpy as np
import psutil
import pytest
from browser.jupyter_lab import JupyterLab, free_port
from browser.notebook_page import NotebookPage

MOVES, MOVES_OF_MEMORY, TURN = 100, 1000, 25
FORM = """
import os
from lib.forms.app import DecisionForm
from lib.client.folder import DEFAULT_CLIENT
print("kernel", os.getpid())
DecisionForm(DEFAULT_CLIENT)
"""
BARE = """
import ipywidgets as widgets
import numpy as np
import plotly.graph_objects as go
slider, line = widgets.IntSlider(50, 0, 100), widgets.HTML("50")
months = np.arange(12)
figure = go.FigureWidget([go.Scatter(x=months, y=months * n) for n in range(4)])
def follow(change):
    line.value = f"<p>{change.new}</p>"
    with figure.batch_update():
        for n, trace in enumerate(figure.data):
            trace.y = months * n + change.new
slider.observe(follow, "value")
panel = widgets.VBox([slider, line, figure])
panel.add_class("bare")
panel
"""
WATCH = """place => {
  window.seen?.disconnect();
  window.addEventListener("keydown", () => { window.pressed = performance.now(); window.first = window.last = null; }, true);
  window.seen = new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    window.last = performance.now() - window.pressed;
    window.first ??= window.last;
  })));
  window.seen.observe(document.querySelector(place), { subtree: true, childList: true, characterData: true, attributes: true });
}"""
QUIET = "quiet => window.last && performance.now() - window.pressed > window.last + quiet"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, chromium):
    """Give a notebook with the form and the bare panel, all cells run."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [nbformat.v4.new_code_cell(source) for source in (FORM, BARE)]
    written = nbformat.v4.new_notebook(cells=cells)
    written.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    (folder / "notebooks").mkdir()
    nbformat.write(written, folder / "notebooks" / "form.ipynb")
    server = JupyterLab(folder / "notebooks", folder / "home", free_port())
    try:
        server.start()
        with NotebookPage(chromium, server.address, "form.ipynb") as page:
            page.run_all(120)
            page.page.set_viewport_size({"width": 1400, "height": 1000})
            yield page
    finally:
        server.stop()


def milliseconds(notebook: NotebookPage, slider: str, place: str, moves: int = MOVES, quiet: int = 250) -> np.ndarray:
    """Move a slider by keys; first and last repaint of ``place`` after each move (moves × 2), once it is quiet."""
    page = notebook.page
    page.evaluate(WATCH, place)
    handle = page.locator(slider)
    handle.scroll_into_view_if_needed()
    handle.focus()
    found = []
    for move in range(moves):
        page.keyboard.press("ArrowRight" if move % (2 * TURN) < TURN else "ArrowLeft")
        page.wait_for_function(QUIET, arg=quiet, timeout=20_000)
        found.append(page.evaluate("[window.first, window.last]"))
    return np.array(found)


def test_a_move_of_the_form_against_a_bare_panel(notebook) -> None:
    form = ".decision-field[data-path='traffic.queries_per_month'] input[type=range]"
    pane = ".decision-right"
    bare = milliseconds(notebook, ".bare .noUi-handle", ".bare .js-plotly-plot")
    open_tab(notebook, "Options and costs")
    shown = milliseconds(notebook, form, pane)
    open_tab(notebook, "What would change it")
    settled = milliseconds(notebook, form, pane, quiet=700)
    process = psutil.Process(int(notebook.page.locator("text=/^kernel [0-9]+/").first.inner_text().split()[1]))
    before = process.memory_info().rss
    milliseconds(notebook, form, pane, MOVES_OF_MEMORY, quiet=0)
    grown = (process.memory_info().rss - before) / 1e6
    p95 = {
        name: np.percentile(found, 95)
        for name, found in {"bare": bare[:, 1], "first": shown[:, 0], "settled": settled[:, 1]}.items()
    }
    print(
        f"\np95 of {MOVES} moves: bare panel {p95['bare']:.0f} ms; the form's figures {p95['first']:.0f} ms, "
        f"ratio {p95['first'] / p95['bare']:.2f}; with stability and flips {p95['settled']:.0f} ms, "
        f"ratio {p95['settled'] / p95['bare']:.2f}; kernel memory +{grown:.1f} MB over {MOVES_OF_MEMORY:,} moves"
    )
    assert notebook.errors() == []


def open_tab(notebook: NotebookPage, title: str) -> None:
    """Choose one of the tabs beside the form."""
    notebook.page.locator(".decision-right .lm-TabBar-tab", has_text=title).click()
    notebook.page.wait_for_timeout(500)
