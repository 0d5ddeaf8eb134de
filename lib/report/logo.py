"""The client's logo, carried inside the page."""

import base64
from pathlib import Path

from lib.errors import InputError

TYPES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp", ".svg": "svg+xml"}
LIMIT = 1_000_000


def logo_uri(logo: str | None, folder: Path | None) -> str | None:
    """Read the image file ``logo`` (counted from ``folder``) as a data address; ``None`` without one.

    Raises :class:`InputError` where it does not exist, is no image of a known type or is over 1 MB.
    """
    if logo is None:
        return None
    path = Path(logo).expanduser()
    path = path if path.is_absolute() or folder is None else folder / path
    allowed = f"an image ({', '.join(TYPES)}) of at most {LIMIT:,} bytes, its path counted from the client file"
    if path.suffix.lower() not in TYPES or not path.is_file():
        raise InputError(f"report.logo is {logo!r}, which is no image file; allowed is {allowed}.")
    data = path.read_bytes()
    if len(data) > LIMIT:
        raise InputError(f"report.logo is {logo!r}, which holds {len(data):,} bytes; allowed is {allowed}.")
    return f"data:image/{TYPES[path.suffix.lower()]};base64,{base64.b64encode(data).decode('ascii')}"
