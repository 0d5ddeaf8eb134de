"""How arms are called on an axis."""

from collections.abc import Collection

from lib.arms import ARM
from lib.wording import arm_title


def arm_label(arm: str, recommended: str | None = None, ruled_out: Collection[str] = ()) -> str:
    """Give an arm's title, bold where it is recommended and with a note where it is ruled out."""
    title = _short(arm)
    if arm == recommended:
        return f"<b>{title}</b><br>recommended"
    return f"{title}<br>ruled out" if arm in ruled_out else title


def plain_title(arm: str) -> str:
    """Give an arm's title as it stands inside a sentence: ``RAG``, ``fine-tuning``."""
    title = _short(arm)
    return title if title == "RAG" else title[0].lower() + title[1:]


def _short(arm: str) -> str:
    return ARM[arm].short if arm in ARM else arm_title(arm)
