"""What ends when: refused once gone, warned about before."""

import datetime

import pytest

from lib.client import check_client
from lib.errors import InputError
from lib.prices import price_book
from lib.prices.calendar import ends, ends_of, gone
from lib.prices.hosted import hosted_model


def book_of(**sections):
    return price_book(check_client({"client": {"name": "Test"}, **sections}))


@pytest.mark.parametrize(
    ("role", "model", "as_of", "words"),
    [
        ("base_model", "openai/gpt-4.1-nano", None, "shut down since 2026-10-23"),
        ("tuned_model", "openai/ft:gpt-4o-mini-2024-07-18", None, "closed to new customers since 2026-05-07"),
        ("base_model", "openai/gpt-4o-mini", "2027-02-01", "shut down since 2027-01-14"),
        ("tuned_model", "azure/ft:gpt-4.1", None, "closed to new customers since 2026-10-14"),
    ],
)
def test_what_is_gone_is_refused_for_new_work_in_one_sentence(role, model, as_of, words):
    with pytest.raises(InputError) as error:
        book_of(stack={role: model}, prices={"as_of": as_of})
    said = str(error.value)
    assert f"stack.{role} is {model!r}" in said and words in said and "allowed is" in said and "\n" not in said


def test_what_is_gone_today_is_sold_at_an_earlier_date():
    stack = {"base_model": "openai/gpt-4.1-nano", "tuned_model": "openai/ft:gpt-4.1-nano"}
    assert book_of(stack=stack, prices={"as_of": "2026-05-01"}).names["tuned_model"] == "openai/ft:gpt-4.1-nano"


def test_second_hand_news_only_warn():
    assert gone(["google-vertex/gemini-2.5-pro"], datetime.date(2026, 11, 25)) is None
    assert ends_of(["google-vertex/gemini-2.5-pro"], datetime.date(2026, 11, 25))


def test_an_end_is_not_known_before_it_is_announced():
    assert not ends_of(["openai/gpt-4o-mini"], datetime.date(2026, 10, 13))
    assert ends_of(["openai/gpt-4o-mini"], datetime.date(2026, 10, 14))


def test_data_in_house_meets_no_refusal_since_the_hosted_model_gives_way():
    book_of(stack={"base_model": "openai/gpt-4.1-nano"}, constraints={"data_must_stay_in_house": True})


def test_every_end_is_sourced_and_every_replacement_is_sold_and_priced():
    for end in ends():
        assert end.source and end.grade in ("firm", "weak") and end.announced <= end.date
        if end.replacement:
            assert hosted_model(end.replacement, end.checked) and not gone([end.replacement], end.date)
