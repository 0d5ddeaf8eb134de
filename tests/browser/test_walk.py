"""A client of one's own from the start page to the report, as a person goes: clicks counted, keys pressed."""

import re

import pytest
from playwright.sync_api import Locator, expect

from .notebook_page import NotebookPage

CLICKS, SECONDS, REPORT_SECONDS = 12, 180, 900
NAME = "Harbour Museum"
FACTS = {
    "knowledge.documents": "4.000",
    "knowledge.days_between_changes": "weekly",
    "traffic.queries_per_month": "8k-12k",
}


class Walk:
    """One JupyterLab window; ``click`` counts."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.notebook, self.page, self.clicks = notebook, notebook.page, 0

    @property
    def open(self) -> Locator:
        """The notebook that is in front."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def follow(self, name: str) -> None:
        """Follow a link of the page to another notebook."""
        self.click(self.open.locator(f".jp-Notebook a[href*='{name}']").last)
        self.page.locator(f".lm-TabBar-tab.lm-mod-current[title*='{name}']").wait_for(timeout=1000 * SECONDS)

    def graded(self, count: int) -> Locator:
        return self.open.get_by_text(re.compile(f"^{count} of 24 answers graded"))

    def restart_and_run_all(self) -> None:
        # A kernel that is still starting is restarted without running the cells.
        idle = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        self.page.wait_for_function(idle, timeout=1000 * SECONDS)
        self.click(self.open.locator("[data-jp-item-name='restart-and-run'] :is(button, jp-button)").first)
        self.click(self.page.locator(".jp-Dialog .jp-mod-accept"))


@pytest.fixture
def walk(lab, chromium):
    lab.close_kernels()
    with NotebookPage(chromium, lab.address, "0_start_here.ipynb") as notebook:
        notebook.run_all(SECONDS)
        yield Walk(notebook)


def test_a_client_of_ones_own_gets_from_its_facts_to_its_report(walk, shots):
    form = walk.open.locator(".decision-form")
    form.locator("input[placeholder='of a new client']").fill(NAME)
    form.locator("button", has_text="New").click()
    form.get_by_text("Created ").wait_for(timeout=1000 * SECONDS)
    walk.notebook.row("knowledge.needed").locator("input[value=private]").check()
    for path, text in FACTS.items():
        box = walk.notebook.row(path).locator("input[type=text]")
        box.fill(text)
        box.press("Enter")
    walk.notebook.row("traffic.queries_per_month").get_by_text("8,000 / 10,000 / 12,000").wait_for(
        timeout=1000 * SECONDS
    )

    walk.click(form.locator("button", has_text="Save"))
    form.get_by_text(re.compile("^Saved ")).wait_for(timeout=1000 * SECONDS)
    walk.follow("4_evaluate.ipynb")
    walk.restart_and_run_all()
    walk.open.locator(".client-line", has_text=NAME).wait_for(timeout=1000 * SECONDS)
    card = walk.open.locator(".grading-card")
    card.wait_for(timeout=1000 * SECONDS)
    walk.click(card.locator("h4").first)
    for count, key in enumerate("ynyyn", 1):
        walk.page.keyboard.press(key)
        walk.graded(count).wait_for(timeout=1000 * SECONDS)
    walk.page.screenshot(path=shots / "walk-evaluate.png")

    walk.restart_and_run_all()
    walk.graded(5).wait_for(state="detached", timeout=1000 * SECONDS)
    walk.graded(5).wait_for(timeout=1000 * SECONDS)
    assert NAME in walk.open.locator(".client-line").inner_text()

    walk.click(walk.page.locator(".lm-TabBar-tab[title*='0_start_here']"))
    walk.follow("report.ipynb")
    walk.restart_and_run_all()
    walk.open.locator(".jp-OutputArea h1", has_text=NAME).wait_for(timeout=1000 * REPORT_SECONDS)
    waiting = walk.open.locator(".jp-InputPrompt", has_text="*")
    expect(waiting).to_have_count(0, timeout=1000 * REPORT_SECONDS)
    walk.page.screenshot(path=shots / "walk-report.png")
    print(f"\n{walk.clicks} clicks from the facts to the report")
    assert walk.clicks <= CLICKS and walk.notebook.errors() == []
