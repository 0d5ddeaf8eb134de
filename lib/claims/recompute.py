"""The recomputations that the data name: arithmetic on figures, list prices, published measurements.

Each takes the named figures of a step and its unit, and gives the result with the line that derives it.
On ranges of positive figures a sum, product or ratio is the widest that the ends allow; a *paired* one
takes low with low and high with high, for figures that rise and fall together.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod

from lib.claims.figure import Figure, Named, plain
from lib.errors import InputError
from lib.published import published_table, share_right
from lib.stats import mcnemar_p, smallest_gap, wilson


@dataclass(frozen=True)
class Measured:
    """What one study measured for one model on one task: share right (0–1) by arm."""

    study: str
    task: str
    model: str
    shares: dict[str, float]

    @property
    def name(self) -> str:
        """Name the comparison."""
        return f"{self.study}, {self.task}, {self.model}"


@cache
def accuracies() -> tuple[Measured, ...]:
    """Read ``accuracy.csv``: one :class:`Measured` per study, task and model, in the file's order."""
    found: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for row in published_table("accuracy"):
        found[row["study"], row["task"], row["model"]][row["arm"]] = share_right(row)
    return tuple(Measured(*key, shares) for key, shares in found.items())


def finding(study: str, measure: str) -> float:
    """Return one number of ``findings.csv``."""
    return next(
        float(row["value"]) for row in published_table("findings") if (row["study"], row["measure"]) == (study, measure)
    )


HYBRIDS = ("hybrid", "hybrid_paraphrased", "hybrid_with_context")
TUNED = ("fine_tune", "fine_tune_paraphrased")
KNOWLEDGE = ("Ovadia et al.", "Soudani et al.")
MILLION = 1_000_000
Result = tuple[Figure, str]


def hybrid_gain_reached(figures: Sequence[Named], unit: str) -> Result:
    """Percentage of measured comparisons in which a hybrid beats the better of its halves by a gain in per cent."""
    wanted = figures[0].figure.low
    gains = [
        (f"{each.name} ({arm.replace('_', ' ')})", 100 * (each.shares[arm] / _best_alone(each) - 1))
        for each in accuracies()
        for arm in HYBRIDS
        if arm in each.shares and _has_both(each)
    ]
    reached = [gain for _, gain in gains if gain >= wanted]
    listed = "; ".join(f"{name} {gain:+.1f} %" for name, gain in gains)
    result = Figure.of(100 * len(reached) / len(gains), unit)
    return result, (
        f"gain over the better of retrieval alone and tuning alone, as measured: {listed}. "
        f"A gain of {wanted:.0f} % or more in {len(reached)} of {len(gains)} comparisons"
    )


def tuned_more_accurate(figures: Sequence[Named], unit: str) -> Result:
    """Percentage of measured comparisons in which tuning alone answers more right than retrieval alone."""
    compared = [each for each in accuracies() if _has_both(each)]
    better = [each for each in compared if each.shares["fine_tune"] > each.shares["rag"]]
    listed = "; ".join(
        f"{each.name} {100 * each.shares['rag']:.1f} % with retrieval, {100 * each.shares['fine_tune']:.1f} % tuned"
        for each in compared
    )
    result = Figure.of(100 * len(better) / len(compared), unit)
    studies = ", ".join(dict.fromkeys(each.study for each in better)) or "none"
    ahead = f"Tuning is ahead in {len(better)} of {len(compared)}, from {studies}"
    return result, f"share right, as measured: {listed}. {ahead}"


def error_of_tuned_over_base(figures: Sequence[Named], unit: str) -> Result:
    """Range of (share wrong after tuning) ÷ (share wrong before) in the studies of injected knowledge."""
    compared = [each for each in accuracies() if each.study in KNOWLEDGE and _has_both(each)]
    ratios = [(1 - each.shares["fine_tune"]) / (1 - each.shares["base"]) for each in compared]
    listed = "; ".join(
        f"{each.name} {100 - 100 * each.shares['base']:.1f} % → {100 - 100 * each.shares['fine_tune']:.1f} % wrong"
        for each in compared
    )
    result = Figure(min(ratios), max(ratios), unit)
    return result, f"{listed}: {result.low:.2f} to {result.high:.2f} times the base rate"


def known_facts_error_after_tuning(figures: Sequence[Named], unit: str) -> Result:
    """Factor by which wrong answers to well-known facts grow after tuning on unknown facts to convergence."""
    before = finding("Gekhman et al.", "well-known facts right before")
    after = finding("Gekhman et al.", "well-known facts right after")
    result = Figure.of((100 - after) / (100 - before), unit)
    return result, (
        f"Gekhman et al., tuned to convergence on unknown facts alone: well-known facts wrong "
        f"{100 - before:.1f} % → {100 - after:.1f} % = {result.low:.1f} times the base rate"
    )


def _has_both(each: Measured) -> bool:
    return {"rag", "fine_tune"} <= set(each.shares)


def _best_alone(each: Measured) -> float:
    return max(each.shares[arm] for arm in ("rag", *TUNED) if arm in each.shares)


def list_price(reference: str) -> Figure:
    """Return a list price in USD per million tokens; ``reference`` is ``PROVIDER/MODEL.component``.

    Raises:
        InputError: if the price source has no such model or component.
    """
    # Loaded here: most of the audit needs no price list.
    from lib.prices.hosted import hosted_model, snapshot_date

    name, _, component = reference.rpartition(".")
    model = hosted_model(name, snapshot_date())
    if model is None or component not in model.prices:
        raise InputError(f"{reference}: genai-prices has no such price")
    price = model.prices[component]
    return Figure(price.low, price.high, price.unit)


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
    """Return the range from the least to the greatest of several options."""
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
    """Return the smallest paired difference that a sample sees: its size, the share of discordant pairs (0–1)."""
    size, share = (each.figure for each in figures)
    result = Figure.between(*(100 * smallest_gap(size.low, end) for end in (share.low, share.high)), unit)
    return result, (
        f"{plain(size.low)} pairs of which {100 * share.low:.0f}–{100 * share.high:.0f} % differ: "
        f"80 % power at the 5 % level from {result}"
    )


def proportion_interval(figures: Sequence[Named], unit: str) -> Result:
    """Return Wilson's 95 % interval of a share, in per cent: the share in per cent, the sample's size."""
    percent, size = (each.figure.low for each in figures)
    low, high = wilson(percent / 100 * size, size)
    result = Figure(100 * low, 100 * high, unit)
    shown = f"{result.low:.1f}–{result.high:.1f} {unit}"
    return result, f"{percent / 100 * size:.0f} of {plain(size)} right = {plain(percent)} %, 95 % interval {shown}"


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
    """Return the least and greatest share of pairs that can differ between two shares right (0–1)."""
    return abs(after - before), min(before + after, 2 - before - after)


def _derived(figures: Sequence[Named], sign: str, result: Figure) -> Result:
    return result, f"{sign.join(map(str, figures))} = {result}"


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
