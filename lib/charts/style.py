"""The look of tables, readings and cards, the same in a notebook and in the report."""

from pathlib import Path


def setup() -> None:
    """Display the style sheet once at the top of a notebook."""
    from IPython.display import HTML, display

    display(HTML(f"<style>{style()}</style>"))


def style() -> str:
    """Give the style sheet's text."""
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")
