"""Text that came from outside, made harmless for HTML and for JupyterLab's LaTeX."""

import html
from typing import Any


def safe(value: Any) -> str:
    """Escape HTML, and keep ``$`` apart from what follows it so that JupyterLab does not read LaTeX."""
    return html.escape(str(value), quote=True).replace("$", "<span>$</span>")
