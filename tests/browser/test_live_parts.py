"""The live parts in a real browser: keys alone, themes and widths, axe-core."""

import shutil

import pytest

from lib.client.folder import DEFAULT_CLIENT
from lib.forms.form import ClientForm
from lib.forms.grading import GradingForm
from lib.forms.state import ClientState
from lib.paths import DATA

from .live import live_page, serious

LOOKS = [(1280, False), (1920, True), (390, False), (390, True)]


@pytest.fixture
def grading(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_CLIENTS", str(tmp_path))
    client = shutil.copy(DEFAULT_CLIENT, tmp_path / "northwind.yaml")
    return GradingForm(client, shutil.copy(DATA / "evaluation" / "example_answers.csv", tmp_path / "pilot.csv"), "Anna")


def test_five_answers_are_graded_with_the_keyboard_alone(chromium, grading):
    page = live_page(chromium, grading, ["shown"], grading.take)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('grading-card')"):
            break
    for count, key in enumerate(["y", "n", "y", "y", "n"], 1):
        page.keyboard.press(key)
        page.wait_for_function(f"window.answered === {count}")
    assert [grade.correct for grade in grading.book.grades.values()] == [True, False, True, True, False]
    assert "5 of 24 answers graded" in page.inner_text("#here")
    assert page.evaluate("document.activeElement.classList.contains('grading-card')")
    page.close()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_grading_has_no_serious_finding_and_nothing_is_cut(chromium, grading, shots, width, dark):
    page = live_page(chromium, grading, ["shown"], grading.take, width, dark)
    page.locator("summary").click()
    page.screenshot(path=shots / f"grading-{width}-{'dark' if dark else 'light'}.png", full_page=True)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_form_has_no_serious_finding_and_nothing_is_cut(chromium, shots, width, dark):
    form = ClientForm(ClientState(DEFAULT_CLIENT, later=lambda _: None))
    page = live_page(chromium, form, ["fields", "sections", "rows", "asked"], form.take, width, dark)
    for fold in page.locator("button[aria-expanded]").all():
        fold.focus()
        page.keyboard.press("Enter")
    page.screenshot(path=shots / f"form-{width}-{'dark' if dark else 'light'}.png", full_page=True)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
