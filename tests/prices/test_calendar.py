"""What ends when: refused once gone, warned about before."""

import datetime

import pytest

from lib.client import check_client
from lib.errors import InputError
from lib.prices import price_book
from lib.prices.calendar import ends, ends_of, gone, later, months_after
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
    book = book_of(stack={"base_model": "openai/gpt-4.1-nano"}, constraints={"data_must_stay_in_house": True})
    assert book.in_house and book.names["tuned_model"].startswith("self-hosted/")


def test_every_end_is_sourced_and_every_replacement_is_sold_and_priced():
    for end in ends():
        assert end.source and end.grade in ("firm", "weak") and end.announced <= end.date
        if end.replacement:
            assert hosted_model(end.replacement, end.checked) and not gone([end.replacement], end.date)


def test_within_the_horizon_it_is_warned_about_by_name_day_and_replacement():
    (warning,) = book_of(stack={"base_model": "openai/gpt-4o-mini"}).warnings
    assert warning.startswith(
        "Base model: openai/gpt-4o-mini is shut down on 2027-01-14 (replacement: openai/gpt-6-luna)"
    )
    assert not book_of(stack={"base_model": "openai/gpt-4o-mini"}, money={"horizon_months": 1}).warnings
    assert not book_of().warnings


def test_what_is_on_its_way_out_without_a_day_is_said():
    (warning,) = book_of(stack={"base_model": "x-ai/grok-2-1212"}).warnings
    assert "deprecated" in warning and "grok-2-1212" in warning


def test_months_count_from_the_day_of_the_prices():
    start = datetime.date(2026, 11, 25)
    assert months_after(start, datetime.date(2026, 11, 25)) == 0
    assert months_after(start, datetime.date(2027, 1, 25)) == 2
    # Twenty of the thirty-one days after 25 December.
    assert months_after(start, datetime.date(2027, 1, 14)) == pytest.approx(1 + 20 / 31)
    assert later(datetime.date(2026, 1, 31), 1) == datetime.date(2026, 2, 28)
    assert later(datetime.date(2026, 12, 15), 12) == datetime.date(2027, 12, 15)
