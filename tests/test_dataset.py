"""The shared types: what a voice writes, it keeps, and it can be read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.dataset import FREE, JSON, KINDS, REFUSAL, UNANSWERABLE, Question, Voice

BRAND = Voice("brand", "Thanks for asking!", "Happy to help.", "[{id}]")
SENTENCES = st.from_regex(r"[A-Z][a-z0-9 ]{0,30}[a-z0-9]\.", fullmatch=True)
IDS = st.from_regex(r"[a-z][a-z0-9/._-]{0,20}", fullmatch=True)


@given(SENTENCES, IDS, st.sampled_from([BRAND, JSON, Voice("brand", "Hi!", "", "({id})"), Voice("brand", "", "Bye.")]))
def test_what_a_voice_renders_it_keeps_and_reads_back(sentence, document_id, voice):
    answer = voice.render(sentence, document_id)
    assert voice.keeps(answer)
    assert voice.bare(answer) == sentence
    assert voice.cited(answer) == ((document_id,) if voice.citation or voice.name == "json" else ())


def test_brand_voice_word_by_word():
    answer = "Thanks for asking! The limit is 5 days. [policy-refunds] Happy to help."
    assert BRAND.render("The limit is 5 days.", "policy-refunds") == answer
    assert BRAND.instructions == (
        'Begin with "Thanks for asking!", answer in one sentence, cite the id of the page as [id] '
        'and end with "Happy to help.".'
    )


@pytest.mark.parametrize(
    "answer",
    [
        "The limit is 5 days. [policy-refunds]",
        "Thanks for asking! The limit is 5 days. Happy to help.",
        "Thanks for asking! [policy-refunds] The limit is 5 days. Happy to help.",
        "Thanks for asking! [policy-refunds] Happy to help.",
        "Thanks for asking! It is 5 days. [a] [b] Happy to help.",
        f"Thanks for asking! {REFUSAL} [policy-refunds] Happy to help.",
        "",
    ],
)
def test_a_part_missing_or_misplaced_breaks_the_brand_voice(answer):
    assert not BRAND.keeps(answer)


def test_a_refusal_cites_nothing():
    assert BRAND.keeps(BRAND.render(REFUSAL))
    assert BRAND.keeps("Thanks for asking! The pages do not say. Happy to help.", refusal=True)


def test_json_and_free():
    assert not JSON.keeps('{"answer": "5 days"}') and not JSON.keeps("5 days")
    assert JSON.cited("5 days") == () and JSON.bare("5 days") == "5 days"
    assert FREE.keeps("anything\nat all") and not FREE.keeps(" ") and FREE.instructions == ""


def test_only_questions_without_an_answer_are_unanswerable():
    kinds = {kind for kind in KINDS if not Question("q", "?", "", kind).answerable}
    assert kinds == set(UNANSWERABLE)
