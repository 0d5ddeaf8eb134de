"""The costs of one client as a report in plain text and as JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lib.arms import ARM, ARMS
from lib.client import ClientFile, Facts
from lib.client.facts import ranges
from lib.client.quantity import likely
from lib.costs.bounds import corner_costs, spread
from lib.costs.cost_model import Costs, costs
from lib.costs.display import figure
from lib.costs.latency_model import Latencies, latency, latency_prices
from lib.prices import OLD_DAYS, PriceBook, price_book

WIDTH = 16
MS_PER_SECOND = 1000


@dataclass(frozen=True)
class Overview:
    """Costs and latency of one client: the likely figures and, in ``corners``, low, likely and high."""

    client: ClientFile
    book: PriceBook
    costs: Costs
    corners: Costs
    latency: Latencies

    @classmethod
    def of(
        cls, client: ClientFile, name: str = "client file", folder: Path | None = None, book: PriceBook | None = None
    ) -> "Overview":
        """Compute everything for ``client``; arguments and errors as of :func:`lib.prices.price_book`.

        ``book`` are the prices, where they are resolved already.
        """
        book = book or price_book(client, name, folder)
        facts = Facts.of(client)
        corners = corner_costs(facts, book, ranges(client))
        return cls(client, book, costs(facts, book), corners, latency(facts, book))

    @property
    def currency(self) -> str:
        """Give the currency that the client reads."""
        return self.client.prices.currency

    @property
    def per_usd(self) -> float:
        """Give how much of that currency one US dollar is."""
        return float(likely(self.client.prices.per_usd))

    def prices_used(self) -> dict[str, list[str]]:
        """Give the keys of all prices used, and which arms use each."""
        used: dict[str, list[str]] = {}
        for arm in ARMS:
            for component in self.costs.components[arm].values():
                for key in component.prices:
                    arms = used.setdefault(self.book.charged(key), [])
                    if arm not in arms:
                        arms.append(arm)
        for arm in ARMS:
            for key in latency_prices(self.book, arm):
                arms = used.setdefault(self.book.charged(key), [])
                if arm not in arms:
                    arms.append(arm)
        return used

    def notes(self) -> list[str]:
        """Give what a reader must know: replacements, prices that are old or without history, estimates."""
        notes = list(self.costs.notes)
        old = self.book.old()
        if old:
            notes.append(f"{len(old)} prices were read more than {OLD_DAYS} days before {self.book.as_of}.")
        used = [self.book[key] for key in self.prices_used()]
        unknown = sum("history unknown" in price.note for price in used)
        if unknown:
            notes.append(f"{unknown} prices have no known history at {self.book.as_of}; the list below says which.")
        estimates = sum(price.is_estimate for price in used)
        notes.append(f"{estimates} of {len(used)} figures are the workbook's estimates; the list below says which.")
        return notes

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, money in USD."""
        return {
            "client": self.client.client.name,
            "as_of": self.book.as_of.isoformat(),
            "currency": self.currency,
            "per_usd": self.per_usd,
            "horizon_months": int(self.costs.horizon_months),
            "arms": {arm: self._arm(arm) for arm in ARMS},
            "notes": self.notes(),
            "prices": [self._price(key, arms) for key, arms in self.prices_used().items()],
        }

    def _arm(self, arm: str) -> dict[str, Any]:
        low, _, high = spread(self.corners.horizon_usd[arm])
        right = self.costs.usd_per_correct_answer[arm]
        return {
            "setup_usd": round(float(self.costs.setup_usd[arm]), 2),
            "monthly_usd": round(float(self.costs.monthly_usd[arm]), 2),
            "monthly_bill_usd": round(float(self.costs.monthly_bill_usd[arm]), 2),
            "usd_per_query": round(float(self.costs.usd_per_query[arm]), 8),
            "usd_per_correct_answer": None if right is None or not np.isfinite(right) else round(float(right), 8),
            "horizon_usd": {
                "low": round(low, 2),
                "likely": round(float(self.costs.horizon_usd[arm]), 2),
                "high": round(high, 2),
            },
            "p95_latency_ms": round(float(self.latency.p95_ms[arm])),
            "first_token_ms": round(float(self.latency.first_token_ms[arm])),
            "components": [
                {
                    "id": part.id,
                    "label": part.label,
                    "setup_usd": round(float(part.setup), 6),
                    "monthly_usd": round(float(part.monthly), 6),
                    "labour": part.labour,
                    "formula": part.formula,
                    "prices": list(part.prices),
                }
                for part in self.costs.components[arm].values()
            ],
        }

    def _price(self, key: str, arms: list[str]) -> dict[str, Any]:
        price = self.book[key]
        return {
            "key": key,
            "item": price.item,
            "low": price.low,
            "likely": price.likely,
            "high": price.high,
            "unit": price.unit,
            "source": price.source,
            "checked": price.checked.isoformat(),
            "note": price.note,
            "arms": arms,
        }

    def to_text(self) -> str:
        """Give the tables as text for a terminal."""
        lines = [
            f"Costs of {self.client.client.name}, in {self.currency}, prices as of {self.book.as_of}",
            "",
            self._row("", [ARM[arm].short for arm in ARMS]),
        ]
        lines += self._block("Set-up", "setup", self.costs.setup_usd)
        lines += self._block("A month", "monthly", self.costs.monthly_usd)
        lines += [self._amounts("  of which paid to vendors", self.costs.monthly_bill_usd), ""]
        lines += [self._amounts("One more query", self.costs.usd_per_query)]
        right = {arm: usd for arm, usd in self.costs.usd_per_correct_answer.items() if usd is not None}
        lines += [self._amounts("One right answer", right), ""] if right else [""]
        months = int(self.costs.horizon_months)
        lines.append(self._amounts(f"Set-up and {months} months", self.costs.horizon_usd))
        for word, end in (("  at the least", 0), ("  at the most", 2)):
            ends = {arm: spread(self.corners.horizon_usd[arm])[end] for arm in ARMS}
            lines.append(self._amounts(word, ends))
        lines += ["", self._seconds("Whole answer, p95", self.latency.p95_ms)]
        lines += [self._seconds("Answer begins, p95", self.latency.first_token_ms), ""]
        lines += [f"Note: {note}" for note in self.notes()]
        lines += ["", "Prices and figures used:"]
        lines += [self._price_line(key) for key in self.prices_used()]
        return "\n".join(line.rstrip() for line in lines)

    def _block(self, title: str, kind: str, totals: dict[str, Any]) -> list[str]:
        labels: dict[str, str] = {}
        for arm in ARMS:
            labels |= {
                part.id: part.label
                for part in self.costs.components[arm].values()
                if float(getattr(part, kind)) and part.id not in labels
            }
        lines = [self._amounts(title, totals)]
        for component, label in labels.items():
            amounts = {
                arm: getattr(self.costs.components[arm][component], kind)
                for arm in ARMS
                if component in self.costs.components[arm]
            }
            lines.append(self._amounts(f"  {label}", amounts))
        return [*lines, ""]

    def _row(self, head: str, cells: list[str]) -> str:
        return f"{head:32}" + "".join(f"{cell:>{WIDTH + 4}}" for cell in cells)

    def _amounts(self, head: str, usd: dict[str, Any]) -> str:
        return self._row(head, [figure(float(usd[arm]) * self.per_usd) if arm in usd else "" for arm in ARMS])

    def _seconds(self, head: str, times: dict[str, Any]) -> str:
        return self._row(head, [f"{float(times[arm]) / MS_PER_SECOND:.1f} s" for arm in ARMS])

    def _price_line(self, key: str) -> str:
        price = self.book[key]
        spread_of = f" ({price.low:g} to {price.high:g})" if price.low < price.high else ""
        note = f"; {price.note}" if price.note else ""
        return f"  {key}: {price.likely:g}{spread_of} {price.unit} [{price.source}, {price.checked}{note}]"
