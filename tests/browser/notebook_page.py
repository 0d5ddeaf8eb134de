"""One notebook open in JupyterLab, as a person sees it."""

from pathlib import Path

from playwright.sync_api import Browser, Locator

OPEN_SECONDS = 90
TALL = 6000  # so tall that every cell is drawn at once


class NotebookPage:
    """A page with one notebook. Use it as a context manager, so that it is closed."""

    def __init__(self, browser: Browser, address: str, name: str, width: int = 1400) -> None:
        """Open the notebook ``name`` and wait for its kernel."""
        self.page = browser.new_page(viewport={"width": width, "height": TALL})
        self.page.goto(f"{address}/lab/tree/{name}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=1000 * OPEN_SECONDS)
        self._wait("() => window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')", OPEN_SECONDS)
        self._wait("() => document.body.innerText.includes('| Idle')", OPEN_SECONDS)
        # The file browser and the news question are no part of the notebook.
        self.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")

    def __enter__(self) -> "NotebookPage":
        """Give the page."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the page."""
        self.page.close()

    def run_all(self, seconds: float) -> None:
        """Run every cell and wait until all have run, or one has failed."""
        # The outputs that were saved with the notebook must not be taken for new ones.
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.page.evaluate("() => { window.ran = window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        self._wait("() => window.ran.then(() => true)", seconds)
        self.page.wait_for_timeout(1500)

    def errors(self) -> list[str]:
        """Give the text of every error and every line of stderr in the outputs."""
        wrong = (
            ".jp-OutputArea [data-mime-type='application/vnd.jupyter.error'], "
            ".jp-OutputArea [data-mime-type='application/vnd.jupyter.stderr'], "
            ".jupyter-widgets.jp-mod-error, .jp-OutputArea :text('Error displaying widget')"
        )
        return self.page.locator(wrong).all_inner_texts()

    def chart_heights(self) -> list[int]:
        """Give the height of each chart in CSS pixels."""
        charts = self.page.locator(".jp-OutputArea .jp-RenderedPlotly")
        return charts.evaluate_all("charts => charts.map(chart => chart.offsetHeight)")

    def cells_without_number(self) -> int:
        """Count the code cells that have not run."""
        return self.page.locator(".jp-CodeCell .jp-InputPrompt:text-matches('^\\\\[[ *]*\\\\]:?$')").count()

    def recommendation(self) -> Locator:
        """Give the large word of the live form."""
        return self.page.locator(".decision-right .arm")

    def row(self, path: str) -> Locator:
        """Give the row of the form for the field with this dotted path."""
        return self.page.locator(f".decision-field[data-path='{path}']")

    def shot(self, path: Path) -> None:
        """Save a picture of the whole notebook."""
        self.page.screenshot(path=path)

    def _wait(self, condition: str, seconds: float) -> None:
        self.page.wait_for_function(condition, timeout=1000 * seconds)
