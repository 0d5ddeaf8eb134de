"""A list to pick from whose entries change while it stands on the page.

A Dropdown jumps to its first entry when its options are replaced, which must not count as a pick.
"""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets


def when_picked(dropdown: widgets.Dropdown, action: Callable[[Any], None]) -> None:
    """Call ``action`` with the value that a person picks, and not while the entries are being replaced."""
    dropdown.being_replaced = False
    dropdown.observe(lambda change: None if dropdown.being_replaced else action(change.new), "value")


def show_choices(dropdown: widgets.Dropdown, options: list[tuple[str, Any]], value: Any) -> None:
    """Replace the entries and show ``value`` (no entry where it is not among them) without a pick."""
    dropdown.being_replaced = True
    try:
        if list(dropdown.options) != options:
            dropdown.options = options
        dropdown.value = value if value in [choice for _, choice in options] else None
    finally:
        dropdown.being_replaced = False
