"""What a right answer of the experiment would cost on the client's own models, at list prices."""

from math import isinf

from lib.charts.money import Money
from lib.charts.table import Table
from lib.client import ClientFile
from lib.client.quantity import likely
from lib.experiment import ExperimentResult
from lib.experiment.measures import usd_per_correct
from lib.experiment.token_prices import TokenPrices
from lib.prices import price_book

_TUNED = ("fine_tune", "hybrid")


def measured_costs(result: ExperimentResult, client: ClientFile) -> Table:
    """Set each arm's tokens beside the client's prices: a thousand questions, and one right answer.

    Args:
        result: a finished run; tokens are those of the model that answered.
        client: whose models' prices, correction costs and currency count; tuned arms answer at the tuned
            model's price.

    Raises:
        InputError: the client's stack or price list is of no use.
    """
    book, money = price_book(client), Money.of(client)
    correction_usd = float(likely(client.money.correction_usd) or 0.0)
    rows, usd = [], []
    for id_, arm in result.arms.items():
        role = "tuned_model" if arm["stands_for"] in _TUNED else "base_model"
        prices = TokenPrices(book[f"{role}.input"].likely, book[f"{role}.output"].likely)
        tokens = result.answers.loc[result.answers["arm"] == id_, ["prompt_tokens", "answer_tokens"]].mean()
        query = prices.usd(tokens["prompt_tokens"], tokens["answer_tokens"])
        right = usd_per_correct(query, result.share(id_, "right"), correction_usd)
        usd.append(right.usd)
        rows.append(
            [
                arm["title"],
                book.names[role],
                f"{tokens['prompt_tokens']:,.0f}",
                f"{tokens['answer_tokens']:,.0f}",
                money.text(1000 * query),
                f"{100 * result.share(id_, 'right').share:.0f} %",
                _none_right(result, id_) if isinf(right.usd) else money.text(1000 * right.usd),
                "–" if isinf(right.usd) else f"{money.text(1000 * right.low)} to {_upper(right.high, money)}",
            ]
        )
    columns = ["Arm", "Priced as", "Tokens read", "Tokens written", "1,000 questions", "All right"]
    columns += ["1,000 right answers", "95 % interval"]
    correction = f"; putting a wrong answer right costs {money.text(correction_usd)}" if correction_usd else ""
    caption = (
        f"What a right answer costs at list prices of {book.as_of:%d %B %Y}, by the tokens measured here{correction}"
    )
    order = sorted(range(len(rows)), key=lambda place: usd[place])
    return Table(columns, [rows[place] for place in order], caption, right=range(2, len(columns)))


def _none_right(result: ExperimentResult, arm: str) -> str:
    substance = result.share(arm, "substance").share
    return (
        f"none in the style asked for ({100 * substance:.0f} % right in substance)"
        if substance
        else "no answer is right"
    )


def _upper(usd: float, money: Money) -> str:
    return "no limit" if isinf(usd) else money.text(1000 * usd)
