"""Tables of what prices mean for one client: ways to serve a tuned model, rows of the client's own list."""

from lib.prices import KINDS, Offer, PriceBook, Serving
from lib.views.markup import Page, joined
from lib.views.money import DOLLARS, Money
from lib.views.table import Table
from lib.wording import number


def price_notes(book: PriceBook, money: Money = DOLLARS) -> Page:
    """Say how a tuned model can be served, and what became of the client's own prices."""
    return joined(serving(book, money), *([own_rows(book)] if book.own_rows else []))


def serving(book: PriceBook, money: Money = DOLLARS) -> Table:
    """List every way to tune and serve a model at this client's volume, cheapest first, and from when it would pay."""
    served = book.serving
    offers = sorted(served.offers, key=lambda offer: (bool(offer.why_not), offer.usd_per_month(served.load)))
    rows = [
        [
            offer.route.title,
            KINDS[offer.route.kind],
            "–" if offer.why_not else money.text(offer.usd_per_month(served.load)),
            _against(offer, served),
        ]
        for offer in offers
    ]
    caption = (
        f"Ways to tune and serve a model at {number(served.load.queries)} queries a month, in {money.currency}: "
        "tokens or hours, storage, training, and the work of an own server"
    )
    return Table(
        ["What is tuned where", "How it is paid", "A month", "Against the one taken"], rows, caption, right=[2]
    )


def own_rows(book: PriceBook) -> Table:
    """List every row of the client's own price list: what it changes, from what, or that nothing here reads it."""
    rows = [
        [
            row.price.label,
            f"{row.price.likely:g}",
            f"{row.known.likely:g}" if row.known else "–",
            row.price.unit,
            row.use,
        ]
        for row in sorted(book.own_rows, key=lambda row: row.use)
    ]
    columns = ["Row", "New", "Price book", "Unit", "What becomes of it"]
    return Table(columns, rows, "The client's own price list, money in USD", right=[1, 2], wrap=True)


def _against(offer: Offer, served: Serving) -> str:
    if offer.route == served.route:
        return "taken: the cheapest that can be bought" if served.chosen else "taken: named by the client"
    if offer.why_not:
        return offer.why_not
    if served.offer is None:
        return "–"
    volume = served.break_even_queries(offer)
    if volume is None:
        return "cheaper at no realistic volume"
    if volume <= max(served.load.queries, 1):
        return "cheaper already, with another model"
    return f"cheaper from {number(volume)} queries a month on"
