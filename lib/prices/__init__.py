"""What everything costs and how fast it is, on one date: the only door to prices.

For: finding, dating and grading every price, effort and speed that a figure comes from.
May import: client.

``price_book(client)`` resolves every price of a client from the client's own list, ``genai-prices`` and the lists
under ``data/prices``.
"""

from lib.prices.book import OLD_DAYS, OwnRow, PriceBook, Serving
from lib.prices.calendar import Event, ends
from lib.prices.hosted import snapshot
from lib.prices.lists import workbook_prices
from lib.prices.price import ESTIMATE, Price, labelled
from lib.prices.routes import KINDS, Offer, Route, gpu_seconds, routes, whole_gpus
from lib.prices.search import (
    IN_HOUSE_STORE,
    SELF_HOSTED,
    newest_date,
    offered,
    price_book,
)

__all__ = [
    "ESTIMATE",
    "IN_HOUSE_STORE",
    "KINDS",
    "OLD_DAYS",
    "SELF_HOSTED",
    "Event",
    "Offer",
    "OwnRow",
    "Price",
    "PriceBook",
    "Route",
    "Serving",
    "ends",
    "gpu_seconds",
    "labelled",
    "newest_date",
    "offered",
    "price_book",
    "routes",
    "snapshot",
    "whole_gpus",
    "workbook_prices",
]
