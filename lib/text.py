"""Text from outside, made inert: what would steer a terminal or hide on a page is shown instead of obeyed."""

import unicodedata

KEPT = "\n\t\u200c\u200d"
"""New line and tab; zero width (non-)joiners, which are part of words in Persian, Hindi and of joined symbols."""
STEERING = {"Cc", "Cf", "Zl", "Zp", "Cs"}
"""Unicode categories of control, format (bidi, zero width), line and paragraph separator, lone surrogate."""


def inert(text: str) -> str:
    r"""Write every character that steers instead of showing as its escape; a new line and a tab stay.

    >>> inert("a\x1b[31mb\u202ec")
    'a\\x1b[31mb\\u202ec'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in KEPT or unicodedata.category(character) not in STEERING:
        return character
    return f"\\x{ord(character):02x}" if character.isascii() else ascii(character)[1:-1]
