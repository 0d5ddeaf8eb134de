import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.client import Facts, check_client
from lib.costs import costs
from lib.errors import InputError
from lib.prices import price_book
from lib.prices.price import GRADES

HEADER = "item,component,value,unit,currency,source,checked,note\n"


ARTICLE = {"base_model": "openai/gpt-4o-mini", "tuned_model": "openai/ft:gpt-4o-mini-2024-07-18"}
BEFORE_ITS_END = {"as_of": "2026-05-01"}


def book_of(**sections):
    return price_book(check_client({"client": {"name": "Test"}, **sections}))


def article_book(**sections):
    """The models that the articles speak of, while they could be bought."""
    prices = BEFORE_ITS_END | sections.pop("prices", {})
    return book_of(stack=ARTICLE | sections.pop("stack", {}), prices=prices, **sections)


@pytest.fixture
def price_file(tmp_path):
    def write(*rows: str, header: str = HEADER) -> dict:
        path = tmp_path / "prices.csv"
        path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
        return {"file": str(path)}

    return write


def test_default_prices_are_those_of_today():
    book = book_of()
    assert book.names["base_model"] == "openai/gpt-6-luna"
    assert book["base_model.input"].likely == 0.10
    assert book["base_model.cached_input"].likely == 0.01
    assert book["base_model.cache_write"].likely == 0.125
    assert book["base_model.output"].likely == 0.50
    assert book["base_model.input"].tiers == ((272000, 0.20),)
    assert book["base_model.context_window"].likely == 1_050_000
    assert book["base_model.input"].source.startswith("genai-prices")
    assert book.names["tuned_model"] == "prime-intellect/Qwen3.5-9B"
    assert book["tuned_model.input"].likely == 0.20
    assert book["tuned_model.output"].likely == 0.60
    assert book["tuned_model.training"].likely == 0.60
    assert book["embedding_model.embedding"].likely == 0.02


def test_prices_of_the_articles_are_those_of_their_time():
    book = article_book()
    assert book["base_model.input"].likely == 0.15
    assert book["base_model.cached_input"].likely == 0.075
    assert book["base_model.output"].likely == 0.60
    assert book["tuned_model.input"].likely == 0.30
    assert book["tuned_model.output"].likely == 1.20
    assert book["tuned_model.training"].likely == 3.00
    assert book["base_model.context_window"].likely == 128000


def test_every_price_has_a_source_a_date_and_a_unit():
    assert all(price.source and price.checked and price.unit for price in book_of().values())


def test_the_default_date_is_the_newest_of_the_price_book_and_never_today():
    assert book_of().as_of == datetime.date(2026, 11, 25)


def test_a_price_without_history_says_so_at_an_earlier_date():
    book = article_book()
    assert "history unknown" in book["base_model.input"].note
    assert "history unknown" in book["vector_store.monthly"].note
    assert "history unknown" not in book_of()["base_model.input"].note


def test_batch_prices_are_charged_only_where_the_package_knows_them_at_that_date():
    assert article_book()["base_model.batch_input"].likely == 0.15
    assert book_of(stack={"base_model": "openai/gpt-4o-mini"})["base_model.batch_input"].likely == 0.075


def test_a_batch_pays_half_of_the_price_of_long_prompts_too():
    book = book_of()
    assert book["base_model.batch_input"].tiers == ((272000, 0.10),)
    for name in ("google/gemini-2.5-pro", "openai/gpt-6.1-sol", "anthropic/claude-haiku-5-5"):
        book = book_of(stack={"base_model": name})
        full, batch = book["base_model.input"], book["base_model.batch_input"]
        assert [(size, usd / 2) for size, usd in full.tiers] == list(batch.tiers)


def test_a_price_that_depends_on_the_hour_is_a_range_over_the_day():
    price = book_of(stack={"base_model": "deepseek/deepseek-flash"})["base_model.input"]
    # 0.30 from 1 to 4 and from 6 to 10 o'clock, 0.15 in the other 17 hours.
    assert (price.low, price.high) == (0.15, 0.30)
    assert price.likely == pytest.approx((7 * 0.30 + 17 * 0.15) / 24)


def test_prices_change_at_their_date():
    sections = {"stack": {"base_model": "openai/o3"}}
    early = book_of(**sections, prices={"as_of": "2025-05-01"})
    late = book_of(**sections, prices={"as_of": "2025-07-01"})
    assert early["base_model.input"].likely > late["base_model.input"].likely


@pytest.mark.parametrize(
    ("field", "value", "nearest"),
    [
        ("base_model", "openai/gpt-6-lunna", "openai/gpt-6-luna"),
        ("tuned_model", "openai/ft:gpt-5o", "openai/ft:gpt-4o"),
        ("embedding_model", "openai/text-embedding-3-smal", "openai/text-embedding-3-small"),
        ("base_model", "openai/text-embedding-3-small", "nearest are"),
        ("base_model", "nonsense", "nearest are"),
        ("vector_store", "pinecon", "pinecone"),
    ],
)
def test_an_unknown_name_is_one_sentence_with_the_nearest_names(field, value, nearest):
    with pytest.raises(InputError) as error:
        book_of(stack={field: value})
    words = str(error.value)
    assert f"stack.{field}" in words and value in words and nearest in words and "\n" not in words


def test_a_clients_own_list_overrides_the_package_and_the_workbook(price_file):
    prices = price_file(
        "openai/gpt-4o-mini,input,0.10,USD per million tokens,USD,our contract,2026-10-01,",
        "rag,maintenance,10,hours a month,USD,our team,2026-10-01,",
    )
    book = article_book(prices=prices)
    assert book["base_model.input"].likely == 0.10
    assert book["base_model.input"].source == "our contract"
    assert book["base_model.output"].likely == 0.60
    assert book["rag.maintenance"].likely == 10


def test_a_clients_own_list_can_price_a_model_that_nobody_knows(price_file):
    prices = price_file(
        "house/model,input,1.0,USD per million tokens,USD,our contract,2026-10-01,",
        "house/model,output,2.0,USD per million tokens,USD,our contract,2026-10-01,",
    )
    assert book_of(prices=prices, stack={"base_model": "house/model"})["base_model.output"].likely == 2.0


def test_a_clients_own_list_in_its_currency_is_turned_into_dollars(price_file):
    prices = price_file("openai/gpt-4o-mini,input,0.30,USD per million tokens,EUR,our contract,2026-10-01,")
    book = article_book(prices=prices | {"currency": "EUR", "per_usd": 2.0})
    assert book["base_model.input"].likely == 0.15


def test_of_several_dates_the_last_before_as_of_counts(price_file):
    prices = price_file(
        "openai/gpt-4o-mini,input,0.12,USD per million tokens,USD,our contract,2026-01-01,",
        "openai/gpt-4o-mini,input,0.11,USD per million tokens,USD,our contract,2026-06-01,",
    )
    assert article_book(prices=prices | {"as_of": "2026-03-01"})["base_model.input"].likely == 0.12
    assert (
        article_book(prices=prices | {"as_of": "2026-06-01"}, stack={"tuned_model": None})["base_model.input"].likely
        == 0.11
    )


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e3, 1e6])
@pytest.mark.parametrize(
    ("item", "component", "value", "unit"),
    [
        ("openai/gpt-4o-mini", "input", 0.15, "USD per million tokens"),
        ("openai/gpt-4o-mini", "output", 0.60, "USD per million tokens"),
        ("openai/text-embedding-3-small", "embedding", 0.02, "USD per million tokens"),
        ("openai/ft:gpt-4o-mini", "training", 3.0, "USD per million tokens"),
        ("pgvector-self-hosted", "monthly", 12, "USD a month"),
        ("self-hosted", "gpu_hour", 0.82, "USD per hour"),
    ],
)
def test_a_slip_of_units_fails_loudly(price_file, factor, item, component, value, unit):
    with pytest.raises(InputError):
        book_of(prices=price_file(f"{item},{component},{value * factor!r},{unit},USD,a slip,2026-10-01,"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x,input,abc,USD per million tokens,USD,s,2026-10-01,", "value is 'abc'"),
        ("x,input,-1,USD per million tokens,USD,s,2026-10-01,", "value is '-1'"),
        ("x,input,nan,USD per million tokens,USD,s,2026-10-01,", "value is 'nan'"),
        ("x,input,1,USD per token,USD,s,2026-10-01,", "'USD per million tokens'"),
        ("x,input,1,USD per million tokens,EUR,s,2026-10-01,", "currency is 'EUR'"),
        ("x,input,1,USD per million tokens,USD,s,yesterday,", "checked is 'yesterday'"),
        ("x,input,1,USD per million tokens,USD,,2026-10-01,", "source is empty"),
        ("x,inputt,1,USD per million tokens,USD,s,2026-10-01,", "nearest are input"),
        ("x,input,1,USD per million tokens", "cells"),
        ("x,input,1,USD per million tokens,USD,s,2026-10-01,,,", "cells"),
    ],
)
def test_a_bad_row_is_one_sentence_naming_its_line(price_file, row, words):
    with pytest.raises(InputError) as error:
        book_of(prices=price_file(row))
    assert words in str(error.value) and "line 2" in str(error.value) and "\n" not in str(error.value)


def test_a_missing_column_and_a_missing_file_are_one_sentence(price_file):
    with pytest.raises(InputError, match="column unit is missing"):
        book_of(prices=price_file(header="item,component,value\n"))
    with pytest.raises(InputError, match="does not exist"):
        book_of(prices={"file": "nowhere.csv"})


def test_the_same_row_twice_is_refused(price_file):
    row = "x,input,1,USD per million tokens,USD,s,2026-10-01,"
    with pytest.raises(InputError, match="a second time"):
        book_of(prices=price_file(row, row))


def test_uncertain_prices_are_only_those_that_this_client_pays():
    keys = set(book_of().uncertain())
    assert "rag.maintenance" in keys and "vector_store.monthly" in keys
    assert not any(key.startswith(("pinecone", "gpu-", "self-hosted", "speed.")) for key in keys)
    assert "self-hosted.gpu_hour" in book_of(constraints={"data_must_stay_in_house": True}).uncertain()


def test_importing_and_costing_load_no_heavy_library():
    import subprocess
    import sys

    code = (
        "import sys; from lib.client import check_client, Facts; from lib.costs import *; from lib.prices import *; "
        "client = check_client({'client': {'name': 'N'}}); costs(Facts.of(client), price_book(client)); "
        "print([name for name in ('pandas', 'scipy', 'torch', 'xlsxwriter') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_costs_are_the_same_twice():
    client = check_client({"client": {"name": "Test"}})
    from lib.client import Facts

    first, second = (costs(Facts.of(client), price_book(client)).horizon_usd for _ in range(2))
    assert first == second


def test_the_snapshot_row_names_the_installed_package():
    # A newer package brings newer prices: the date on which they were taken over must then be stated anew.
    import genai_prices

    from lib.prices.hosted import snapshot

    assert snapshot()["version"] == genai_prices.__version__


def test_every_row_of_the_workbook_has_a_grade_and_only_estimates_are_its_own():
    from lib.prices import ESTIMATE, workbook_prices

    for prices in workbook_prices().rows.values():
        for price in prices:
            assert price.grade in GRADES, price
            assert (price.source == ESTIMATE) == price.is_estimate, price


def test_a_client_can_plan_work_of_its_own(price_file):
    from lib.client import Facts

    prices = price_file("rag,legal_review,10,hours,USD,our lawyers,2026-10-01,")
    client = check_client({"client": {"name": "Test"}, "prices": prices})
    part = costs(Facts.of(client), price_book(client)).components["rag"]["work.legal_review"]
    assert part.setup == 1500 and part.label == "Legal review" and part.labour


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "rag", "maintenance", "input", "1", "0.15", "-1", "1e400", "USD", "EUR", "2026-10-01", '"']),
)


@given(st.one_of(st.binary(max_size=200), st.lists(st.lists(CELL, max_size=10), max_size=4)))
def test_no_price_list_however_bad_ends_in_a_traceback(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("prices") / "prices.csv"
    if isinstance(content, list):
        content = (HEADER + "\n".join(",".join(cells) for cells in content)).encode("utf-8", "surrogatepass")
    path.write_bytes(content)
    try:
        book_of(prices={"file": str(path)})
    except InputError as error:
        assert "\n" not in str(error) and "prices.csv" in str(error)


def test_a_folder_is_no_price_list(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        book_of(prices={"file": str(tmp_path)})


def test_an_own_price_below_the_cached_one_counts_for_cached_tokens_too(price_file):
    prices = price_file("openai/gpt-4o-mini,input,0.05,USD per million tokens,USD,our contract,2026-10-01,")
    assert article_book(prices=prices)["base_model.cached_input"].likely == 0.05


def test_a_measured_speed_of_the_clients_model_counts(price_file):
    prices = price_file("openai/gpt-4o-mini,generation_speed,99,tokens per second,USD,our measurement,2026-10-01,")
    book = article_book(prices=prices)
    assert book["base_model.generation_speed"].likely == 99
    assert book["tuned_model.generation_speed"].likely == 99, "a tuned model is as fast as its base"


def test_in_house_any_open_model_may_be_named():
    stack = {"base_model": "meta/some-open-8b", "tuned_model": "ours/tuned", "embedding_model": "ours/embedder"}
    found = book_of(constraints={"data_must_stay_in_house": True}, stack=stack)
    default = book_of(constraints={"data_must_stay_in_house": True})
    facts = Facts.of(check_client({"client": {"name": "Test"}, "constraints": {"data_must_stay_in_house": True}}))
    assert costs(facts, found).monthly_usd["rag"] == costs(facts, default).monthly_usd["rag"]
    assert "base_model" in found.own_models and "base_model" not in default.own_models


def test_what_becomes_of_each_own_row_is_told(price_file):
    prices = price_file(
        "openai/gpt-6-luna,input,0.08,USD per million tokens,USD,our contract,2026-10-01,",
        "openai/gpt-6-lunna,output,0.40,USD per million tokens,USD,our contract,2026-10-01,a slip of the pen",
        "rag,legal_review,10,hours,USD,our lawyers,2026-10-01,",
        "gpu-h100,gpu_hour,3.00,USD per hour,USD,our contract,2026-10-01,",
    )
    rows = {row.price.item: row for row in book_of(prices=prices).own_rows}
    luna = rows["openai/gpt-6-luna"]
    assert (luna.use, luna.key, luna.known.likely, luna.price.likely) == ("overrides", "base_model.input", 0.10, 0.08)
    assert rows["openai/gpt-6-lunna"].use == "ignored"
    assert (rows["rag"].use, rows["rag"].key) == ("new", "rag.legal_review")
    assert rows["gpu-h100"].use == "ignored", "no formula of this client reads it"


@pytest.mark.parametrize("number", ["0_2", "٠.٢", "0x2", "1e400", "inf", " ", "1,5", "2 "])
def test_numbers_are_plain_ones(price_file, number):
    row = f'house,monthly,"{number}",USD a month,USD,us,2026-10-01,'
    if number.strip() == "2":
        assert book_of(prices=price_file(row))["house.monthly"].likely == 2
        return
    with pytest.raises(InputError, match="value is"):
        book_of(prices=price_file(row))


def test_an_own_row_does_not_move_the_date_and_cannot_lie_far_ahead(price_file):
    row = "openai/gpt-6-luna,input,0.08,USD per million tokens,USD,our contract,{},"
    ours = book_of(prices=price_file(row.format("2026-12-20")))
    assert ours.as_of == datetime.date(2026, 11, 25) and ours["base_model.input"].likely == 0.08
    with pytest.raises(InputError, match="2099-01-01"):
        book_of(prices=price_file(row.format("2099-01-01")))


def test_a_list_that_is_missing_is_never_the_workbooks_own(tmp_path):
    client = check_client({"client": {"name": "Test"}, "prices": {"file": "models.csv"}})
    with pytest.raises(InputError, match="does not exist"):
        price_book(client, folder=tmp_path)


def test_a_tuned_model_without_a_price_follows_its_base_and_says_so():
    book = book_of(
        stack={"base_model": "mistral/mistral-small-2603", "tuned_model": "mistral/ft:mistral-small-2603"},
        prices={"as_of": "2026-10-01"},
    )
    base, tuned = book["base_model.input"], book["tuned_model.input"]
    assert tuned.likely == pytest.approx(1.5 * base.likely) and tuned.high == pytest.approx(3 * base.likely)
    assert tuned.is_estimate and "times 1.5" in tuned.note


def test_an_ignored_row_is_warned_about_by_name(price_file):
    prices = price_file("openai/gpt-6-lunna,output,0.40,USD per million tokens,USD,our contract,2026-10-01,")
    assert any("openai/gpt-6-lunna output" in warning for warning in book_of(prices=prices).warnings)
