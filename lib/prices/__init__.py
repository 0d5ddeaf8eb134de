"""What everything costs and how fast it is, on one date: the only door to prices.

``price_book(client)`` resolves every price of a client from the client's own list, ``genai-prices`` and the lists
under ``data/prices``.
"""

from lib.prices.book import OLD_DAYS, OwnRow, PriceBook
from lib.prices.hosted import snapshot
from lib.prices.lists import workbook_prices
from lib.prices.price import ESTIMATE, Price
from lib.prices.search import IN_HOUSE_STORE, SPEEDS, STORE_COMPONENTS, price_book

__all__ = [
    "ESTIMATE",
    "IN_HOUSE_STORE",
    "OLD_DAYS",
    "SPEEDS",
    "STORE_COMPONENTS",
    "OwnRow",
    "Price",
    "PriceBook",
    "price_book",
    "snapshot",
    "workbook_prices",
]
