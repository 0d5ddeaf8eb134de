"""One whole report: what its page must hold and must not hold."""

import json
import re
from itertools import pairwise

import pytest
from page_outline import HOSTILE, Outline

from lib import paths
from lib.articles import articles
from lib.client import check_client, load_client
from lib.report import deck, opening, sections
from lib.report.case import case_of
from lib.report.engine import make_report
from lib.views.field_words import field_label
from lib.views.glossary import glossary
from lib.wording import arm_title

RESOURCES = ("src", "href", "srcset", "data", "poster", "action", "formaction", "xlink:href", "background")


@pytest.fixture(scope="session")
def outline(page):
    return Outline(page)


def test_two_renders_are_byte_identical(report, small_run, tmp_path):
    again = make_report(paths.CLIENTS / "commercial-law.yaml", tmp_path, experiment=small_run.id, pdf=False)
    assert again.html.read_bytes() == report.html.read_bytes()
    assert again.manifest.read_bytes() == report.manifest.read_bytes()


def test_nothing_comes_from_outside(outline):
    for element in outline.elements:
        for name in RESOURCES:
            value = element.attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), (element.tag, name, value)
        assert "@import" not in (element.text if element.tag == "style" else "")
        assert element.tag not in ("iframe", "link", "object", "embed", "base")
    policy = next(e.attributes["content"] for e in outline.tagged("meta") if "http-equiv" in e.attributes)
    assert "default-src 'none'" in policy


def test_no_code_and_no_prompt_is_shown(page, outline):
    assert "sections.cover" not in page and "case_from" not in page and "In [" not in outline.text
    assert not re.search(r"class=\"[^\"]*jp-", page) and "MathJax.js" not in page and "require.js" not in page


def test_one_h1_and_headings_in_order(outline):
    levels = [int(element.tag[1]) for element in outline.tagged("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_contents_lead_to_every_section(outline):
    headings = [element.attributes["id"] for element in outline.tagged("h2")]
    links = [e.attributes["href"] for e in outline.tagged("a") if e.attributes["href"] != "#content"]
    # Once on the screen, once on paper.
    assert links == 2 * [f"#{id_}" for id_ in headings] and len(headings) >= 9


def test_ids_are_unique(outline):
    ids = [element.attributes["id"] for element in outline.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_every_chart_has_an_accessible_name_and_its_numbers(outline):
    pictures = [element for element in outline.elements if element.attributes.get("role") == "img"]
    assert {element.attributes["id"] for element in pictures} == {
        f"chart-{id_}" for id_ in ("spent", "costs", "tornado", "answer-time", "plan", "experiment")
    }
    assert all(len(element.attributes["aria-label"]) > 30 for element in pictures)
    summaries = [element.text for element in outline.tagged("summary")]
    assert sum(text.startswith("Numbers of this chart") for text in summaries) == len(pictures)


def test_plotly_is_there_once(page, outline):
    assert page.count("plotly.js v") == 1
    charts = [e for e in outline.tagged("script") if e.attributes.get("type") == "application/json"]
    assert len(charts) == 6 and all(json.loads(chart.text)["data"] for chart in charts)


def test_no_dollar_sign_stands_before_a_digit(outline):
    assert not re.search(r"\$\d", outline.text)


def test_the_page_is_small_enough_to_mail(report):
    assert report.html.stat().st_size < 8_000_000


def test_images_and_table_cells_are_named(outline):
    assert all(element.attributes.get("alt") for element in outline.tagged("img"))
    assert all(element.attributes.get("scope") in ("col", "row") for element in outline.tagged("th"))
    assert len(outline.tagged("table")) == len(outline.tagged("caption"))
    assert outline.tagged("html")[0].attributes["lang"] == "en"


def test_the_page_says_what_was_asked_for(outline):
    for words in ("Hybrid", "Stability", "The first step", "USD 1", "assumed", "answered", "Tyson Cung", "SHA-256"):
        assert words in outline.text, words
    assert "RAG with few-shot" in outline.text or "Few-shot prompt" in outline.text


def test_the_manifest_says_what_the_report_was_made_from(report, small_run):
    listed = json.loads(report.manifest.read_text(encoding="utf-8"))
    assert listed["client_file"] == "commercial-law.yaml" and len(listed["inputs_sha256"]) == 64
    assert listed["experiment"]["id"] == small_run.id
    assert listed["packages"]["plotly"] != "not installed" and listed["prices_as_of"]


def test_a_hostile_client_stays_text(hostile_page):
    outline = Outline(hostile_page)
    shown = re.sub(r"\s+", " ", outline.text)
    assert shown.count(re.sub(r"\s+", " ", HOSTILE)) >= 4
    assert not any("alert(1)" in element.text for element in outline.tagged("script"))
    assert "49" not in re.findall(r"\S*7\*7\S*", shown)
    assert outline.tagged("title")[0].text.count(HOSTILE) >= 1
    assert len(outline.tagged("h1")) == 1


def test_a_report_without_the_experiment_says_so(hostile_page):
    assert "The experiment was left out of this report." in hostile_page


def test_whoever_signs_reads_two_pages_first(outline):
    headings = [element.text for element in outline.tagged("h2")]
    assert headings[:2] == ["The decision", "What to decide now"]
    assert [text for text in headings if text.startswith("Appendix")] == headings[-3:]
    for words in (
        "Today, recommended and planned",
        "What leaving a vendor takes",
        "Not included in any figure",
        "Signature",
    ):
        assert words in outline.text, words


def test_nothing_that_the_decision_warns_of_is_lost(outline):
    from lib.decision import decide

    path = paths.CLIENTS / "commercial-law.yaml"
    decision = decide(load_client(path), source=path)
    shown = " ".join(outline.text.split())
    warned = [*decision.reasons, *decision.notes, *decision.advice, *(issue.text for issue in decision.open_issues)]
    warned += [blocker.text for arm in decision.arms.values() for blocker in (*arm.blockers, *arm.limits_missed)]
    assert [text for text in warned if " ".join(text.split()) not in shown] == []


def test_a_client_s_pages_hold_no_command_rule_id_or_path(outline):
    # The heading stands in both contents as well.
    pages = outline.text.rpartition("Appendix: the published guides")[0]
    assert "What the words mean" in pages and "Risks and pitfalls" in pages
    assert not re.search(r"python -m|\.yaml|\.csv|--\w+|\blib/|data/|\w_\w", pages)
    assert not any(article in pages for article in articles())
    assert not re.search(r"\b[Aa]rms?\b|[A-Z]{5,}:", pages), "words of the workbook's own"


UNDECIDED = {
    "facts": {"client": {"name": "Northwind"}},
    "limits": {
        "client": {"name": "Northwind"},
        "knowledge": {"needed": "private", "documents": 20_000, "citations_required": True},
        "behaviour": {"style_sensitivity": 0.9},
        "money": {"setup_usd": 300},
        "training_data": {"labelled_examples": 20},
    },
}


@pytest.mark.parametrize("because", UNDECIDED)
def test_an_undecided_client_reads_what_to_ask_and_what_the_starting_point_costs(because):
    case = case_of(check_client(UNDECIDED[because]))
    assert case.decision.undecided_because == because
    first, second = (Outline(str(page)).text for page in (opening.decision_page(case), opening.to_decide(case)))
    start, setup = arm_title(case.planned), case.overview.figure("setup_usd", case.planned)
    assert "Not decidable yet" in first and f"{start}" in first and "Next best" not in first
    for figure in (case.overview.figure("horizon_usd", case.planned), setup):
        assert case.money.text(figure.expected) in first
    assert f"Nothing is to be spent yet. {start}, to start from, would take {case.money.with_range(setup)}" in second
    assert "Whether to spend" not in second and case.decision.first_step in second and "Signature" in second
    asked = case.decision.ask_next[:5]
    assert len(asked) == 5 or because == "limits"
    assert all(field_label(question.field) in second and question.why in second for question in asked)


def test_the_plan_s_steps_and_bills_add_up_to_the_set_up_of_the_first_page():
    case = case_of(load_client(paths.CLIENTS / "commercial-law.yaml"))
    parts = case.costs.components[case.planned].values()
    bills = sum(float(part.setup) for part in parts if not part.labour)
    assert case.roadmap.usd + bills == pytest.approx(case.overview.figure("setup_usd", case.planned).expected)
    shown = Outline(str(sections.plan_pages(case))).text
    assert f"with {case.money.text(bills)} paid to vendors it is the set-up of" in shown


TERMS = (
    "adapter, base model, chunk, context window, embedding, evaluation set, eight of ten draws, expected, few-shot, gate, "
    "horizon, hybrid, learning rate, LoRA, long context, P10, passage, pgvector, prompt cache, RAG, rate limit, re-ranking, schema, "
    "stability, token, vector store, 95 % interval"
)
"""What a reader who signs may not know, of all that a client's pages say."""


def test_every_term_of_a_client_s_pages_is_explained_on_them(outline):
    (section,) = (e for e in outline.tagged("section") if e.attributes.get("aria-labelledby") == "what-the-words-mean")
    words = section.text.lower()
    explained = " ".join(glossary()).lower()
    for term in map(str.lower, TERMS.split(", ")):
        assert term in explained and term in words, term


@pytest.mark.parametrize("name", ["commercial-law", "general-chatbot", "hostile"])
def test_on_the_slides_nothing_is_small_cut_off_or_over_another_thing(name, hostile_file, tmp_path):
    from pptx import Presentation

    file = hostile_file if name == "hostile" else paths.CLIENTS / f"{name}.yaml"
    deck.write_pptx(case_of(load_client(file), file), tmp_path / "x.pptx")
    shown = Presentation(tmp_path / "x.pptx")
    for slide in shown.slides:
        frames = [shape.text_frame for shape in slide.shapes if shape.has_text_frame]
        frames += [cell.text_frame for shape in slide.shapes if shape.has_table for cell in shape.table.iter_cells()]
        sizes = [run.font.size.pt for frame in frames for part in frame.paragraphs for run in part.runs]
        assert min(sizes) >= 14
        places = sorted((shape.top, shape.top + shape.height) for shape in slide.shapes)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(places))
        assert places[-1][1] <= shown.slide_height


def test_five_slides_show_the_figures_of_the_report_and_keep_text_text(hostile_file, tmp_path):
    from pptx import Presentation

    case = case_of(load_client(hostile_file), hostile_file)
    for name in ("one.pptx", "two.pptx"):
        deck.write_pptx(case, tmp_path / name)
    assert (tmp_path / "one.pptx").read_bytes() == (tmp_path / "two.pptx").read_bytes()
    slides = Presentation(tmp_path / "one.pptx").slides
    told = []
    for slide in slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        cells = [cell.text for shape in slide.shapes if shape.has_table for cell in shape.table.iter_cells()]
        told.append("\n".join(texts + cells))
        assert not slide.part.rels or all("hyperlink" not in rel.reltype for rel in slide.part.rels.values())
    answer, why, costs, plan, change = told
    assert HOSTILE in answer and arm_title(case.decision.recommendation) in answer
    total = case.overview.figure("horizon_usd", case.planned)
    assert case.money.text(total.expected) in answer and case.money.text(total.p90) in answer
    assert all(text in why for text in (*case.decision.reasons, *opening.warnings(case)))
    assert case.money.with_range(total) in costs
    assert case.decision.first_step in plan and case.money.text(case.roadmap.usd) in plan
    assert all(field_label(question.field) in change for question in case.decision.ask_next[:5])
    assert all(row[0] in change for row in sections.assumptions(case).rows)
