"""The audit and the cost tables show themselves, and the command explains its errors."""

import json
import re

import pytest
from click.testing import CliRunner

from lib.articles import articles
from lib.claims import Audit, audit, cost_tables
from lib.claims.checking import audited
from lib.commands.claims import claims_command
from lib.errors import InputError
from lib.views.claims import audit_table, cost_table, workings
from lib.views.markup import joined, safe


def run(*arguments: str) -> str:
    return CliRunner().invoke(claims_command, arguments, catch_exceptions=False).output


def test_the_table_has_a_line_for_every_claim() -> None:
    rows = {row[0]: row for row in audit_table(audit()).rows}
    assert len(rows) == 97
    assert rows["T1"][4] == "USD 70.50 a month"


def test_the_table_is_escaped_and_free_of_dollar_signs_before_digits() -> None:
    first = audit().rows[0]
    claim = first.claim.model_copy(update={"claim": "<script>alert(1)</script> $5"})
    changed = Audit((audited(claim, {}),))
    page = safe(audit_table(changed))
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert not re.search(
        r"\$\d", joined(page, audit_table(audit()), cost_table(cost_tables()), workings(changed.rows[0]))
    )


def test_counts_add_up() -> None:
    assert sum(audit().counts().values()) == 97
    assert sum(sum(counts.values()) for counts in audit().counts_by_article().values()) == 97


def test_every_article_has_its_cost_tables() -> None:
    rows = cost_tables()
    assert {row.article for row in rows} == set(articles())
    assert all(row.workings for row in rows), "each is computed or says why not"
    inference = next(row for row in rows if row.table.startswith("Retrieval with") and row.component == "Inference")
    assert inference.recomputed is not None and inference.recomputed.low == pytest.approx(70.5)
    assert inference.ratio == pytest.approx((70.5 / 95, 70.5 / 95))


def test_the_command_prints_a_table_of_all_claims() -> None:
    output = run()
    assert "97 figures" in output
    assert "T1    contradicts itself: about USD 95 a month → USD 70.50 a month" in output
    assert not re.search(r"\$\d", output)


def test_the_command_prints_the_workings_of_named_claims() -> None:
    output = " ".join(run("t1").split())
    assert "= USD 22.50" in output and "total USD 70.50 a month" in output


def test_the_command_filters_and_prints_json() -> None:
    rows = json.loads(run("--article", "which-approach", "--verdict", "contradicts itself", "--json"))
    assert {row["article"] for row in rows} == {"which-approach"}
    assert {row["verdict"] for row in rows} == {"contradicts itself"}
    assert "Infinity" not in run("--json")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("T99",), ("T99", "T1–T17")),
        (("--article", "nature"), ("nature", "three-numbers")),
        (("--verdict", "wrong"), ("wrong", "does not reproduce")),
    ],
)
def test_a_wrong_name_gives_one_sentence_with_what_is_allowed(
    arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as error:
        run(*arguments)
    assert all(word in str(error.value) for word in words)
    assert "\n" not in str(error.value)
