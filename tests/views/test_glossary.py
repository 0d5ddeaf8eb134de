"""Words are explained where they first stand in prose, and nowhere else."""

from lib.client import load_client
from lib.decision import decide
from lib.paths import CLIENTS
from lib.views import decision as view
from lib.views.glossary import explained, glossary
from lib.views.markup import Page


def test_the_first_place_of_a_word_is_explained():
    page = explained(Page("<h2>RAG</h2><p>Tokens and more tokens; <code>token</code>.</p><p>RAG, storage.</p>"))
    assert page.count("<abbr") == 2 and page.startswith("<h2>RAG</h2>")
    assert f'<abbr title="{glossary()["Token"]}">Tokens</abbr> and more tokens' in page


def test_no_word_is_explained_twice_or_inside_a_tag():
    page = explained(Page('<p title="a token">token</p>'))
    assert explained(page) == page and 'title="a token"' in page


def test_the_decision_page_explains_its_words():
    decision = decide(load_client(CLIENTS / "support-knowledge-base.yaml"), with_counterfactuals=False)
    assert "<abbr" in view.reasons(decision) and "<abbr" in view.headline(decision)
