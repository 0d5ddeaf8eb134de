"""List prices of models, from the same dated source as the workbook's own costs."""

from lib.claims.figure import Figure
from lib.errors import InputError


def list_price(reference: str) -> Figure:
    """Give a list price in USD per million tokens; ``reference`` is ``PROVIDER/MODEL.component``.

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
