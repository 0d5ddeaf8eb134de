"""What tokens cost: the one place where a price of a million becomes the price of an answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TokenPrices:
    """USD for one million tokens: read, written, and read from the provider's prompt cache.

    Without a price of its own (``None``), a cached token costs what any other does.
    """

    input: float
    output: float
    cached_input: float | None = None

    def usd(self, prompt_tokens: float, answer_tokens: float, cached_tokens: float = 0.0) -> float:
        """Give the price of one question in USD.

        Args:
            prompt_tokens: all that are read, cached ones among them; a mean may be given.
            answer_tokens: that are written.
            cached_tokens: how many of those read came from the prompt cache.
        """
        cached_price = self.input if self.cached_input is None else self.cached_input
        read = (prompt_tokens - cached_tokens) * self.input + cached_tokens * cached_price
        return (read + answer_tokens * self.output) / 1e6
