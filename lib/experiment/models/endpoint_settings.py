"""How an endpoint is asked: time-outs, retries, how many at once, prices."""

from dataclasses import dataclass

from lib.errors import InputError
from lib.experiment.token_prices import TokenPrices


@dataclass(frozen=True)
class EndpointSettings:
    """How an endpoint is asked.

    Attributes:
        concurrency: requests under way at the same time.
        connect_seconds: longest wait for a connection.
        read_seconds: longest silence, before the first token or between two.
        retries: how often a request is tried again after 408, 409, 429, 5xx, a time-out or a lost
            connection. The ``openai`` client does it: it waits what ``Retry-After`` says (up to two minutes),
            else 0.5 seconds, doubled each time up to 8, less a random quarter at most. Its default is 2.
        window: tokens that prompt and answer may have together; ``None`` asks the server.
        prices: gives each answer its ``cost_usd``.
        completion_like: the endpoint serves a model that only continues text: an answer ends at the first
            newline. A chat model ends its answers itself; their lines are joined by spaces.
        thinking_tokens: room for what a model writes to itself before it answers; paid, but not shown.
    """

    concurrency: int = 4
    connect_seconds: float = 10.0
    read_seconds: float = 120.0
    retries: int = 6
    window: int | None = None
    prices: TokenPrices | None = None
    completion_like: bool = False
    thinking_tokens: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be asked with."""
        least = {"concurrency": 1, "retries": 0, "thinking_tokens": 0, "window": 1}
        for name, low in least.items():
            value = getattr(self, name)
            if not (name == "window" and value is None) and (type(value) is not int or value < low):
                raise InputError(f"endpoint.{name} is {value!r}; it must be a whole number of at least {low}.")
        for name in ("connect_seconds", "read_seconds"):
            if not getattr(self, name) > 0:
                raise InputError(f"endpoint.{name} is {getattr(self, name)!r}; it must be above 0.")
