from lib.client import check_client
from lib.prices import price_book
from lib.views.prices import own_rows, serving


def test_the_ways_to_serve_are_compared_cheapest_first_and_the_one_taken_is_said(tmp_path):
    book = price_book(check_client({"client": {"name": "x"}}))
    table = serving(book)
    assert table.rows[0][-1] == "taken: the cheapest that can be bought"
    assert all(row[-1] == "cheaper at no realistic volume" for row in table.rows[1:])


def test_what_cannot_be_had_says_why():
    book = price_book(check_client({"client": {"name": "x"}, "constraints": {"data_must_stay_in_house": True}}))
    assert [row[-1] for row in serving(book).rows][1:] == ["nothing may leave the client's own machines"] * 3


def test_own_rows_show_old_and_new(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "item,component,value,unit,currency,source,checked,note\n"
        "openai/gpt-6-luna,input,0.08,USD per million tokens,USD,our contract,2026-10-01,\n"
    )
    book = price_book(check_client({"client": {"name": "x"}, "prices": {"file": str(path)}}))
    assert own_rows(book).rows == [
        ["Price of input (openai/gpt-6-luna)", "0.08", "0.1", "USD per million tokens", "overrides"]
    ]
