"""The client's logo, carried inside the page."""

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image

from lib.errors import InputError
from lib.files import path_from, read_limited

TYPES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp", ".svg": "svg+xml"}
LIMIT = 1_000_000
PIXELS = 16_000_000
ALLOWED = f"an image ({', '.join(TYPES)}) of at most {LIMIT:,} bytes, its path counted from the client file"
ACTIVE = {"script", "foreignobject", "iframe", "object", "embed", "handler", "set", "animate", "audio", "video", "use"}
OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:", re.IGNORECASE)


def logo_uri(logo: str | None, folder: Path | None) -> str | None:
    """Read the image file ``logo`` (counted from ``folder``) as a data address; ``None`` without one.

    Raises :class:`InputError` where it does not exist, is over 1 MB, does not hold the image that its name says,
    or is a drawing with scripts, animations or anything from outside.
    """
    if logo is None:
        return None
    path = path_from(logo, "report.logo", ALLOWED, folder)
    kind = TYPES.get(path.suffix.lower())
    if kind is None:
        raise InputError(f"report.logo is {logo!r}, which is no image file; allowed is {ALLOWED}.")
    data = read_limited(path, LIMIT, "report.logo", ALLOWED)
    problem = _problem_of_drawing(data) if kind == "svg+xml" else _problem_of_picture(data, kind)
    if problem:
        raise InputError(f"report.logo is {logo!r}, which {problem}; allowed is {ALLOWED}.")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _problem_of_picture(data: bytes, kind: str) -> str:
    try:
        with Image.open(io.BytesIO(data), formats=[kind.upper()]) as image:
            if image.width * image.height > PIXELS:
                return f"is {image.width:,} by {image.height:,} pixels large (at most {PIXELS:,} pixels)"
            image.verify()
    except Exception:  # a decoder fails on bad bytes in many ways
        return f"does not hold a {kind.upper()} image"
    return ""


def _problem_of_drawing(data: bytes) -> str:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"<?xml-stylesheet" in data:
        return "holds a document type, entities or a style sheet"
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError):
        return "does not hold an SVG drawing"
    if root.tag.rpartition("}")[2] != "svg":
        return "does not hold an SVG drawing"
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2].lower()
        if tag in ACTIVE or tag.startswith("animate"):
            return f"holds the element <{tag}>"
        if OUTSIDE.search(element.text or "") and tag == "style":
            return "fetches something from outside"
        for name, value in element.attrib.items():
            plain = name.rpartition("}")[2].lower()
            away = plain in ("href", "src") and not value.startswith(("#", "data:image/"))
            if plain.startswith("on") or away or OUTSIDE.search(value):
                return f"holds the attribute {plain}, which runs or fetches something"
    return ""
