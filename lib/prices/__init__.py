"""What everything costs and how fast it is, on one date: the only door to prices.

For: finding, dating and grading every price, effort and speed that a figure comes from.
May import: client.

``price_book(client)`` resolves every price of a client from the client's own list, ``genai-prices`` and the lists
under ``data/prices``.
"""

from lib.prices.book import OLD_DAYS, PriceBook, Serving
from lib.prices.calendar import Event, ends
from lib.prices.hosted import snapshot
from lib.prices.lists import workbook_prices
from lib.prices.price import ESTIMATE, Price, labelled
from lib.prices.routes import KINDS, Offer, gpu_seconds, whole_gpus
from lib.prices.search import IN_HOUSE_STORE, newest_date, offered, price_book

__all__ = [
    "ESTIMATE",
    "IN_HOUSE_STORE",
    "KINDS",
    "OLD_DAYS",
    "Event",
    "Offer",
    "Price",
    "PriceBook",
    "Serving",
    "ends",
    "gpu_seconds",
    "labelled",
    "newest_date",
    "offered",
    "price_book",
    "snapshot",
    "whole_gpus",
    "workbook_prices",
]
