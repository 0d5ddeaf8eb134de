"""The recomputations that the data name: arithmetic on figures, ranges included.

Each takes the named figures of a step and its unit, and gives the result with the line that derives it.
On ranges of positive figures a sum, product or ratio is the widest that the ends allow; a *paired* one
takes low with low and high with high, for figures that rise and fall together.
"""

from collections.abc import Callable, Sequence
from math import prod

from lib.claims.figure import Figure, plain
from lib.claims.measured import (
    error_of_tuned_over_base,
    hybrid_gain_reached,
    known_facts_error_after_tuning,
    tuned_more_accurate,
)
from lib.claims.named import Named
from lib.stats import mcnemar_p, smallest_gap, wilson

MILLION = 1_000_000
Result = tuple[Figure, str]


def total(figures: Sequence[Named], unit: str) -> Result:
    """Add figures of one unit."""
    result = Figure(sum(each.figure.low for each in figures), sum(each.figure.high for each in figures), unit)
    return _derived(figures, " + ", result)


def difference(figures: Sequence[Named], unit: str) -> Result:
    """Subtract the others from the first, ends paired."""
    first, *others = (each.figure for each in figures)
    low = first.low - sum(other.low for other in others)
    high = first.high - sum(other.high for other in others)
    return _derived(figures, " − ", Figure.between(low, high, unit))


def product(figures: Sequence[Named], unit: str) -> Result:
    """Multiply figures."""
    result = Figure(prod(each.figure.low for each in figures), prod(each.figure.high for each in figures), unit)
    return _derived(figures, " × ", result)


def ratio(figures: Sequence[Named], unit: str) -> Result:
    """Divide the first by the second, as widely as their ends allow."""
    above, below = (each.figure for each in figures)
    return _derived(figures, " ÷ ", Figure(above.low / below.high, above.high / below.low, unit))


def paired_ratio(figures: Sequence[Named], unit: str) -> Result:
    """Divide the first by the second, ends paired."""
    above, below = (each.figure for each in figures)
    return _derived(figures, " ÷ ", Figure.between(above.low / below.low, above.high / below.high, unit))


def span(figures: Sequence[Named], unit: str) -> Result:
    """Give the range from the least to the greatest of several options."""
    result = Figure(min(each.figure.low for each in figures), max(each.figure.high for each in figures), unit)
    return result, f"from the least to the greatest of {', '.join(map(str, figures))} = {result}"


def same(figures: Sequence[Named], unit: str) -> Result:
    """Take a figure over under another unit's name."""
    result = figures[0].figure.in_unit(unit)
    return result, f"{figures[0].label}: {result}"


def token_cost(figures: Sequence[Named], unit: str) -> Result:
    """Price tokens: (factor …) × tokens × USD per million tokens."""
    *factors, price = figures
    tokens = prod(each.figure.low for each in factors), prod(each.figure.high for each in factors)
    result = Figure(tokens[0] * price.figure.low / MILLION, tokens[1] * price.figure.high / MILLION, unit)
    amounts = " × ".join(map(str, factors))
    millions = "–".join(plain(value / MILLION) for value in dict.fromkeys(tokens))
    rate = price.figure.in_unit("USD")
    return result, f"{amounts} = {millions} M tokens × {rate} per M ({price.label}) = {result}"


def inference_cost(figures: Sequence[Named], unit: str) -> Result:
    """Price queries: queries, input tokens, output tokens, USD per million input and output tokens."""
    queries, given, answered, input_price, output_price = (each.figure.low for each in figures)
    input_usd = queries * given * input_price / MILLION
    output_usd = queries * answered * output_price / MILLION
    result = Figure.of(input_usd + output_usd, unit)
    return result, (
        f"{plain(queries)} queries × {plain(given)} tokens = {plain(queries * given / MILLION)} M input tokens"
        f" × USD {plain(input_price, True)} per M = USD {plain(input_usd, True)};"
        f" {plain(queries)} × {plain(answered)} = {plain(queries * answered / MILLION)} M output tokens"
        f" × USD {plain(output_price, True)} per M = USD {plain(output_usd, True)}; total {result}"
    )


def break_even(figures: Sequence[Named], unit: str) -> Result:
    """Volume from which a fixed cost pays: fixed cost, cost per query without it, cost per query with it.

    Infinite where a query costs no less with it than without; ends are paired.
    """
    fixed, without, with_it = (each.figure for each in figures)
    volumes, words = [], []
    for end in dict.fromkeys(("low", "high")):
        saved = getattr(without, end) - getattr(with_it, end)
        volume = getattr(fixed, end) / saved if saved > 0 else float("inf")
        volumes.append(volume)
        reached = f"{plain(volume)} {unit}" if saved > 0 else "never"
        words.append(
            f"{end} end: {plain(getattr(fixed, end), True)} ÷ {plain(saved, True)} USD saved a query = {reached}"
        )
    return Figure.between(*volumes, unit), "; ".join(words)


def detectable_gap(figures: Sequence[Named], unit: str) -> Result:
    """Give the smallest paired difference that a sample sees: its size, the share of discordant pairs (0–1)."""
    size, share = (each.figure for each in figures)
    result = Figure.between(*(100 * smallest_gap(size.low, end) for end in (share.low, share.high)), unit)
    return result, (
        f"{plain(size.low)} pairs of which {100 * share.low:.0f}–{100 * share.high:.0f} % differ: "
        f"80 % power at the 5 % level from {result}"
    )


def proportion_interval(figures: Sequence[Named], unit: str) -> Result:
    """Give Wilson's 95 % interval of a share, in per cent: the share in per cent, the sample's size."""
    percent, size = (each.figure.low for each in figures)
    low, high = wilson(percent / 100 * size, size)
    result = Figure(100 * low, 100 * high, unit)
    return (
        result,
        f"{percent / 100 * size:.0f} of {plain(size)} right = {plain(percent)} %, 95 % interval {_short(result)}",
    )


def discordant_share(figures: Sequence[Named], unit: str) -> Result:
    """Bound the share of answers that changed between two measured shares, both in per cent."""
    low, high = _discordant(*(each.figure.low / 100 for each in figures))
    result = Figure(low, high, unit)
    return result, f"between {100 * low:.0f} % and {100 * high:.0f} % of the answers differ between the two"


def exact_p(figures: Sequence[Named], unit: str) -> Result:
    """Bound McNemar's exact p-value of two paired shares: both in per cent, the sample's size."""
    before, after, size = (each.figure.low for each in figures)
    gained = round((after - before) / 100 * size)
    most = round(_discordant(before / 100, after / 100)[1] * size)
    values = [mcnemar_p(lost, gained + lost) for lost in range((most - gained) // 2 + 1)]
    result = Figure(min(values), max(values), unit)
    low, high = result.low, result.high
    return result, f"exact paired test: p from {low:.4f} to {high:.3f}, depending on how many answers changed both ways"


def _discordant(before: float, after: float) -> tuple[float, float]:
    """Give the least and greatest share of pairs that can differ between two shares right (0–1)."""
    return abs(after - before), min(before + after, 2 - before - after)


def _derived(figures: Sequence[Named], sign: str, result: Figure) -> Result:
    return result, f"{sign.join(map(str, figures))} = {result}"


def _short(figure: Figure) -> str:
    return f"{figure.low:.1f}–{figure.high:.1f} {figure.unit}"


FUNCTIONS: dict[str, Callable[[Sequence[Named], str], Result]] = {
    "sum": total,
    "difference": difference,
    "product": product,
    "ratio": ratio,
    "paired ratio": paired_ratio,
    "span": span,
    "same": same,
    "token cost": token_cost,
    "inference cost": inference_cost,
    "break even": break_even,
    "detectable gap": detectable_gap,
    "proportion interval": proportion_interval,
    "discordant share": discordant_share,
    "exact p": exact_p,
    "hybrid gain reached": hybrid_gain_reached,
    "tuned more accurate": tuned_more_accurate,
    "error of tuned over base": error_of_tuned_over_base,
    "known facts error after tuning": known_facts_error_after_tuning,
}
