"""Turning the bytes of a text file into text, whatever program wrote them."""

import codecs
import re

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What text without a byte order mark that is not UTF-8 is tried as. Central European (cp1250) is left out: it
# cannot be told from Western European (cp1252) by a short text, and reads its accents wrongly.
_OTHERS = ["cp1252", "cp1251", "cp932", "gb18030", "big5", "euc_kr"]
# Text has next to no control characters; a picture or a program has many.
_CONTROLS_ALLOWED = 0.02
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def decode(data: bytes) -> str:
    """Decode a text file: byte order mark, UTF-16 without one, UTF-8, else the likeliest of the usual pages.

    Raises:
        ValueError: the bytes are no text, or in an encoding that cannot be recognised.
    """
    text = _decoded(data)
    if len(_CONTROLS.findall(text)) > _CONTROLS_ALLOWED * len(text):
        raise ValueError("it is not text")
    return text


def _decoded(data: bytes) -> str:
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return _strictly(data, name)
    # Latin text in UTF-16 has a NUL in every second byte.
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if data and data[start::2].count(0) > 0.3 * len(data) and data[1 - start :: 2].count(0) == 0:
            return _strictly(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise ValueError(f"it is not valid {name.upper()} text") from None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_OTHERS).best()
    if best is None:
        raise ValueError("it is not text, or in an encoding that cannot be recognised")
    return str(best)
