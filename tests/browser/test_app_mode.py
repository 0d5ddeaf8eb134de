"""App mode: the same notebooks by Voilà, under a path as behind a proxy, the answer without code."""

import pytest

from lib.paths import NOTEBOOKS

from .jupyter_lab import Voila, free_port

SECONDS = 180


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    home = tmp_path_factory.mktemp("app") / "home"
    (home / "runtime").mkdir(parents=True)
    server = Voila(NOTEBOOKS, home, free_port())
    try:
        server.start()
        yield server.address + server.answers_at
    finally:
        server.stop()


def test_the_start_page_shows_the_answer_without_code_and_follows_a_pick(app, chromium, shots):
    page = chromium.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(f"{app}voila/render/0_start_here.ipynb", timeout=1000 * SECONDS, wait_until="commit")
    answer = page.locator(".decision-right .arm")
    answer.wait_for(timeout=1000 * SECONDS)
    assert answer.inner_text() == "RAG"
    page.locator(".widget-dropdown select").select_option(label="Telephone voice agent")
    page.locator(".decision-right .arm", has_text="Fine-tuning").wait_for(timeout=20_000)
    page.screenshot(path=shots / "app-0_start_here.png")
    assert "import" not in page.inner_text("body") and page.locator(".jp-CodeCell .jp-InputArea:visible").count() == 0
    assert page.locator("a[href='1_decide.ipynb']").first.evaluate("a => a.href").startswith(app)
    page.close()
