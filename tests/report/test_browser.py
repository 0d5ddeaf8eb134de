"""The report in a real browser: every chart drawn and whole, nothing fetched, the summary on one page."""

import pytest
from page_outline import Outline

from lib.client import load_client
from lib.paths import CLIENTS
from lib.report.chromium import find_chromium, print_pdf

CHROMIUM = find_chromium()
PAPER_WIDTH, PAPER_HEIGHT = 688, 994
"""CSS pixels of an A4 page between the margins of the print style sheet."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium, Chrome or Edge on this machine")

CUT = """() => {
  const cut = [];
  for (const place of document.querySelectorAll('[role=img]')) {
    const frame = (place.closest('svg') ?? place).getBoundingClientRect();
    for (const text of place.querySelectorAll('text')) {
      const box = text.getBoundingClientRect();
      if (!box.width) continue;
      if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.bottom > frame.bottom + 2)
        cut.push(place.id + ': ' + text.textContent);
    }
  }
  return cut;
}"""


@pytest.fixture(params=[1400, 800, 400])
def shown(request, chromium, report):
    page = chromium.new_page(viewport={"width": request.param, "height": 1000})
    page.problems, page.fetched = [], []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: page.fetched.append(asked.url))
    page.goto(report.html.as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    yield page
    page.close()


def test_every_chart_is_drawn_and_nothing_is_fetched(shown):
    drawn = shown.locator("[role=img] .main-svg, svg[role=img]")
    assert drawn.count() >= 7
    assert shown.problems == []
    assert [address for address in shown.fetched if not address.startswith(("file:", "data:", "blob:"))] == []


def test_the_page_is_no_wider_than_the_window(shown):
    assert shown.evaluate("document.documentElement.scrollWidth") <= shown.viewport_size["width"]


def test_no_chart_s_text_is_cut_off(shown):
    if shown.viewport_size["width"] < 600:
        pytest.skip("on a telephone the tables stand in for the pictures' small print")
    assert shown.evaluate(CUT) == []


def test_the_executive_summary_fits_the_first_page(chromium, report):
    page = chromium.new_page(viewport={"width": PAPER_WIDTH, "height": PAPER_HEIGHT})
    page.emulate_media(media="print")
    page.goto(report.html.as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    end = page.locator("main section").first.bounding_box()
    assert end["y"] + end["height"] <= PAPER_HEIGHT
    page.close()


def test_no_chart_is_taller_than_a_page(chromium, report):
    page = chromium.new_page(viewport={"width": PAPER_WIDTH, "height": PAPER_HEIGHT})
    page.emulate_media(media="print")
    page.goto(report.html.as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    for figure in page.locator("figure").all():
        assert figure.bounding_box()["height"] <= PAPER_HEIGHT
    page.close()


@pytest.fixture(scope="module")
def paper(report, tmp_path_factory):
    """The lines of every printed page, the footer last, and the document's bookmarks."""
    import pdfplumber

    target = tmp_path_factory.mktemp("paper") / "report.pdf"
    print_pdf(report.html, target, CHROMIUM)
    with pdfplumber.open(target) as pdf:
        bookmarks = [title for _, title, *_ in pdf.doc.get_outlines()]
        return [page.extract_text().splitlines() for page in pdf.pages], bookmarks


def test_every_printed_page_names_client_and_page(paper):
    pages, _ = paper
    client = load_client(CLIENTS / "commercial-law.yaml").client.name
    assert [lines[-1] for lines in pages] == [f"{client} Page {n} of {len(pages)}" for n in range(1, len(pages) + 1)]
    assert len(pages) < 30


def test_contents_follow_the_two_pages_that_are_signed_and_bookmarks_lead_to_every_section(paper, page):
    (first, second, third, *_), bookmarks = paper
    assert "The decision" in first and "What to decide now" in second
    assert sum(line.count("Signature") for line in second) == 2
    headings = [element.text for element in Outline(page).tagged("h2")]
    assert third[0] == "Contents"
    for place, heading in enumerate(headings, 1):
        entry = third[place]
        assert entry.startswith(f"{place}. {heading}"), entry
        assert any(heading in line for line in paper[0][int(entry.rsplit(maxsplit=1)[-1]) - 1]), entry
    assert [title for title in bookmarks if title in headings] == headings


def test_no_heading_stands_alone_at_the_foot_of_a_page(paper, page):
    headings = {" ".join(e.text.split()) for e in Outline(page).tagged("h2", "h3", "figcaption", "caption")}
    for lines in paper[0]:
        foot = " ".join(lines[-2].lstrip("▼▾ ").split())
        assert not any(heading.endswith(foot) and len(foot) > 3 for heading in headings), foot
