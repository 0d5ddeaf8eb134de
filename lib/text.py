"""Text from outside, made inert: what would steer a terminal or hide on a page is shown instead of obeyed."""

import unicodedata

KEPT = "\n\t"
STEERING = {"Cc", "Cf", "Zl", "Zp", "Cs"}
"""Unicode categories of control, format (bidi, zero width), line and paragraph separator, lone surrogate."""
JOINERS = "\u200c\u200d"
"""Zero width (non-)joiners: part of words in Persian, Hindi and of joined symbols."""


def inert(text: str) -> str:
    r"""Write every character that steers instead of showing as its escape; a new line and a tab stay.

    >>> inert("a\x1b[31mb\u202ec")
    'a\\x1b[31mb\\u202ec'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _shows(character) else _escape(character) for character in text)


def _shows(character: str) -> bool:
    return character in KEPT or character in JOINERS or unicodedata.category(character) not in STEERING


def _escape(character: str) -> str:
    return (
        character.encode("ascii", "backslashreplace").decode("ascii")
        if ord(character) > 127
        else f"\\x{ord(character):02x}"
    )
