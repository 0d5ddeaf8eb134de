"""How numbers are written wherever people read them, and the few words that go with them.

For: one way to write an amount, a share, a count, a list. May import: arms.

Never a dollar sign before a digit: JupyterLab reads it as LaTeX.
"""

import math

from lib.arms import ARM, UNDECIDED


def amount(value: float | None, currency: str = "USD", per_usd: float = 1.0) -> str:
    """Write an amount of US dollars in the report's currency: ``USD 1,234``, ``USD 0.0012``."""
    if value is None or math.isnan(value):
        return "not known"
    value *= per_usd
    digits = 0 if abs(value) >= 100 or value == 0 else 2 if abs(value) >= 0.1 else 5
    return f"{currency} {value:,.{digits}f}"


def share(value: float | None) -> str:
    """Write a share as a percentage: ``87 %``."""
    return "not known" if value is None or math.isnan(value) else f"{100 * value:.0f} %"


def probability(value: float) -> str:
    """Write a probability from draws, which is never quite 0 or 1: ``87 %``, ``over 99 %``."""
    return "over 99 %" if value >= 0.995 else "under 1 %" if value < 0.005 else share(value)


def number(value: float | str | bool | None) -> str:
    """Write a plain number: ``25,000``, ``0.7``, ``never``, ``no limit`` for an unanswered one."""
    if value is None:
        return "not answered"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "not known"
    if math.isinf(value):
        return "never"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.3g}"


def every(days: float) -> str:
    """Write how often something happens: ``daily``, ``every 14 days``, ``several times a day``."""
    if days < 1:
        return "several times a day"
    return "daily" if days == 1 else f"every {number(days)} days"


def arm_title(arm: str | None) -> str:
    """Return the title of an arm as people read it."""
    if arm is None:
        return "abstains"
    return "Not decidable yet" if arm == UNDECIDED else ARM[arm].title


def counted(number: int) -> str:
    """Write a small count as a word: ``five``; from thirteen on in figures."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[number] if number < len(words) else f"{number}"


def listed(words: list[str]) -> str:
    """Join words as a sentence does: ``a, b and c``."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else "none"


def capital(text: str) -> str:
    """Write the first letter large and leave the others: ``RAG``, ``Fine-tuning``."""
    return text[:1].upper() + text[1:]


def months_words(months: int) -> str:
    """Write a number of months: "1 month", "12 months"."""
    return f"{months} month" if months == 1 else f"{months} months"
