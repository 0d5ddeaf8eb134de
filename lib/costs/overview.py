"""The costs of one client as one object: expected with P10 to P90, as planned, chances, prices used, notes."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile
from lib.client.facts import queries_answered
from lib.client.quantity import likely
from lib.costs.business_case import BusinessCase
from lib.costs.cost_model import Costs
from lib.costs.estimates import Estimate, Estimates
from lib.costs.latency_model import Latencies, latency
from lib.costs.situation import MINUTES_PER_MONTH
from lib.prices import OLD_DAYS, PriceBook, price_book
from lib.prices.window import share_read
from lib.wording import amount, share

MONEY = {
    "setup_usd": "setup_usd",
    "monthly_usd": "monthly_usd",
    "monthly_bill_usd": "monthly_bill_usd",
    "usd_per_query": "all_in_usd_per_query",
    "marginal_usd_per_query": "usd_per_query",
    "usd_per_correct_answer": "usd_per_correct_answer",
    "horizon_usd": "horizon_usd",
}
"""What an arm's figures are called in the decision and in JSON, and in :class:`~lib.costs.cost_model.Costs`."""

BUDGETS = {
    "money.setup_usd": "setup_usd",
    "money.monthly_usd": "monthly_bill_usd",
    "money.per_query_usd": "usd_per_query",
}
"""Each budget of the client file, and what of an arm's costs has to stay within it."""

PEAK_TIMES = 8
"""How many times the mean the busiest hour is taken to be (an office's day: a quarter of the hours, two peaks in them)."""

LONG_PROMPT = 8_000
"""Of prompts with more tokens the page says how much of them models were measured to read."""

NOT_INCLUDED = (
    "discovery and requirements",
    "security and data protection review",
    "access to the client's own systems and integration with them",
    "user interface",
    "roll-out, training of the people who use it",
    "project management",
    "taxes",
)
"""What no figure of the workbook holds."""


@dataclass(frozen=True)
class Overview:
    """Costs, answer times and business case of one client. Money inside is US dollars."""

    client: ClientFile
    estimates: Estimates
    latency: Latencies

    @classmethod
    def of(
        cls, client: ClientFile, name: str = "client file", folder: Path | None = None, book: PriceBook | None = None
    ) -> "Overview":
        """Compute everything for ``client``; arguments and errors as of :func:`lib.prices.price_book`.

        ``book`` are the prices, where they are resolved already.
        """
        estimates = Estimates.of(client, book or price_book(client, name, folder))
        return cls(client, estimates, latency(estimates.facts, estimates.book))

    @property
    def book(self) -> PriceBook:
        """The prices."""
        return self.estimates.book

    @property
    def costs(self) -> Costs:
        """The expected costs: scalars, with components."""
        return self.estimates.expected

    @cached_property
    def business(self) -> BusinessCase:
        """What the client gets for the money."""
        return BusinessCase(self.estimates)

    @property
    def currency(self) -> str:
        """The currency that the client reads."""
        return self.client.prices.currency

    @property
    def per_usd(self) -> float:
        """How much of that currency one US dollar is."""
        return float(likely(self.client.prices.per_usd))

    @property
    def months(self) -> int:
        """The horizon in months."""
        return int(self.estimates.facts["money.horizon_months"])

    def figure(self, name: str, arm: str) -> Estimate | None:
        """Return one figure of ``arm`` by its name in :data:`MONEY`; ``None`` where it is not measured."""
        return self.estimates.estimate(MONEY[name], arm)

    def budgets(self) -> dict[str, float]:
        """Return the stated budgets by their field, in USD (a month, a query)."""
        limits = {path: float(self.estimates.facts[path]) for path in BUDGETS}
        return {path: limit for path, limit in limits.items() if not np.isnan(limit)}

    def chances(self, arm: str) -> dict[str, float]:
        """Return the share of the draws in which ``arm`` stays within each stated budget."""
        return {path: self.estimates.chance_within(BUDGETS[path], arm, limit) for path, limit in self.budgets().items()}

    def prices_used(self) -> dict[str, list[str]]:
        """Return the keys of all prices used, and which arms use each."""
        used: dict[str, list[str]] = {}
        for arm in ARMS:
            parts = self.costs.components[arm].values()
            for key in [*(key for part in parts for key in part.prices), *self.latency.prices[arm]]:
                arms = used.setdefault(key, [])
                if arm not in arms:
                    arms.append(arm)
        return used

    def notes(self) -> list[str]:
        """Return what a reader must know: replacements, what is taken for granted, prices that are old or unsure."""
        notes = [*self.costs.notes, *self._taken_for_granted()]
        old = self.book.old()
        if old:
            notes.append(f"{len(old)} prices were read more than {OLD_DAYS} days before {self.book.as_of}.")
        used = [self.book[key] for key in self.prices_used()]
        unknown = sum("history unknown" in price.note for price in used)
        if unknown:
            notes.append(f"{unknown} prices have no known history at {self.book.as_of}; the list of prices says which.")
        estimates = sum(price.is_estimate for price in used)
        notes.append(f"{estimates} of {len(used)} figures are the workbook's estimates; the list of prices says which.")
        return notes

    def amount(self, usd: float) -> str:
        """Write an amount of US dollars in the client's currency."""
        return amount(usd, self.currency, self.per_usd)

    def _taken_for_granted(self) -> list[str]:
        facts = self.estimates.facts
        found = [] if self.book.in_house else self._of_hosted_models()
        if "review" in self.costs.components["prompt"]:
            minutes = float(facts["money.review_minutes_per_answer"]) or self.book["review.minutes"].likely
            found.append(
                f"A person checks each answer ({minutes:g} minutes) before it is released; answer times do not hold that."
            )
        if facts["money.adoption_share"] < 1:
            come_up, used = float(facts["traffic.queries_per_month"]), float(facts["money.adoption_share"])
            found.append(
                f"Bills are those of {queries_answered(facts):,.0f} queries a month: of {come_up:,.0f} that come up, "
                f"{share(used)} are brought to it."
            )
        tokens = float(self.estimates.planned.prompt_tokens["long_context"])
        if tokens > LONG_PROMPT:
            read = share_read(tokens)
            found.append(
                f"Long context: with {tokens:,.0f} tokens in the prompt models were measured to keep about "
                f"{share(float(read.likely))} of the accuracy that they have with a short one ({share(float(read.low))} to "
                f"{share(float(read.high))} by model and kind of question)."
            )
        return found

    def _of_hosted_models(self) -> list[str]:
        facts, book = self.estimates.facts, self.book
        found = [
            f"{book.names[role]} makes {book[f'{role}.tokens_per_text'].likely:g} tokens of what the client counts as one; "
            "prompts and answers are costed so. A row of the client's own list changes that."
            for role in ("base_model", "tuned_model")
            if book[f"{role}.tokens_per_text"].likely != 1 and f"{role}.tokens_per_text" in self.prices_used()
        ]
        usual = book["base_model.thinking_tokens"].likely
        if usual and facts["traffic.thinking_tokens"] == 0:
            usd = float(queries_answered(facts)) * usual * book["base_model.output"].likely / 1e6
            found.append(
                f"The model is taken to answer without thinking first. At its usual effort {book.names['base_model']} "
                f"writes about {usual:,.0f} hidden tokens before an answer: {self.amount(usd)} a month more."
            )
        a_query = self.estimates.planned.input_tokens["rag"] + facts["traffic.answer_tokens"]
        peak = float(queries_answered(facts) / MINUTES_PER_MONTH * PEAK_TIMES * a_query)
        return [
            *found,
            f"In the busiest hour (taken to be {PEAK_TIMES} times the mean) RAG reads and writes about "
            f"{peak:,.0f} tokens a minute. The price book knows neither the provider's rate limit for "
            "this client nor what dedicated capacity costs: ask for both.",
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, money in USD; a number that does not exist is ``None``."""
        return {
            "client": self.client.client.name,
            "as_of": self.book.as_of.isoformat(),
            "currency": self.currency,
            "per_usd": self.per_usd,
            "horizon_months": self.months,
            "arms": {arm: self._arm(arm) for arm in ARMS},
            "business_case": self.business.to_dict(),
            "not_included": list(NOT_INCLUDED),
            "notes": self.notes(),
            "own_prices": [
                {"item": row.price.item, "component": row.price.component, "use": row.use, "new": row.price.likely}
                | {"old": row.known.likely if row.known else None}
                for row in self.book.own_rows
            ],
            "prices": [self._price(key, arms) for key, arms in self.prices_used().items()],
        }

    def _arm(self, arm: str) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name in MONEY:
            row |= _plain(name, self.figure(name, arm))
        row["chance_within"] = {path: round(chance, 4) for path, chance in self.chances(arm).items()}
        row["p95_latency_ms"] = round(float(self.latency.p95_ms[arm]))
        row["first_token_ms"] = round(float(self.latency.first_token_ms[arm]))
        row["components"] = [
            {
                "id": part.id,
                "label": part.label,
                **_plain("setup_usd", self.estimates.component(arm, part.id, "setup")),
                **_plain("monthly_usd", self.estimates.component(arm, part.id, "monthly")),
                "labour": part.labour,
                "formula": part.formula,
                "prices": list(part.prices),
            }
            for part in self.costs.components[arm].values()
        ]
        return row

    def _price(self, key: str, arms: list[str]) -> dict[str, Any]:
        price = self.book[key]
        stated = {name: getattr(price, name) for name in ("item", "low", "likely", "high", "unit", "source", "note")}
        return {"key": key, **stated, "checked": price.checked.isoformat(), "arms": arms}


def _plain(name: str, found: Estimate | None) -> dict[str, float | None]:
    values = {"": None, "_p10": None, "_p90": None, "_as_planned": None}
    if found is not None:
        ends = (found.expected, found.p10, found.p90, found.as_planned)
        values = {end: round(value, 8) if np.isfinite(value) else None for end, value in zip(values, ends, strict=True)}
    return {f"{name}{end}": value for end, value in values.items()}
