import datetime

import pytest
from click.testing import CliRunner

from lib.client import check_client
from lib.commands.prices import prices_command
from lib.paths import CLIENTS
from lib.prices import newest_date, offered, price_book
from lib.prices.lists import dated_rows


def run(*arguments: str) -> str:
    result = CliRunner().invoke(prices_command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_rows_older_than_some_days_are_listed_oldest_first_with_file_and_line():
    lines = run("--older-than", "180").strip().splitlines()
    limit = newest_date() - datetime.timedelta(days=180)
    assert len(lines) == sum(row.checked < limit for row in dated_rows()) > 0
    assert all(datetime.date.fromisoformat(line[:10]) < limit and ".csv:" in line for line in lines)
    assert lines == sorted(lines, key=lambda line: line[:10])
    assert "No row" in run("--older-than", "10000")


def test_the_summary_says_how_firm_the_prices_are_and_what_ends_next():
    output = run()
    assert "genai-prices 0.2.3" in output and "firm" in output
    assert "openai/gpt-4o-mini is shut down on 2027-01-14 (replacement: openai/gpt-6-luna)" in output


def test_one_clients_page_compares_the_ways_to_serve():
    output = run(str(CLIENTS / "support-knowledge-base.yaml"))
    assert "GPT-4o mini fine-tuned at OpenAI" in output and "taken: named by the client" in output
    assert "on the client's own GPUs" in output


@pytest.mark.parametrize("role", ["base_model", "tuned_model", "embedding_model", "vector_store"])
def test_everything_a_form_offers_can_be_priced(role):
    names = offered(role)
    assert len(names) == len(set(names)) > 5
    for name in names:
        price_book(check_client({"client": {"name": "x"}, "stack": {role: name}}))


def test_the_defaults_are_among_what_is_offered():
    stack = check_client({"client": {"name": "x"}}).stack
    for role in ("base_model", "embedding_model", "vector_store"):
        assert getattr(stack, role) in offered(role)
