"""Money as people read it: ``USD 1,234``, never with a dollar sign (JupyterLab would make LaTeX of it)."""

from typing import Any


def money(usd: Any, currency: str = "USD", per_usd: float = 1.0) -> str:
    """Show an amount of US dollars in ``currency`` at ``per_usd``, with as many decimals as its size asks for."""
    return f"{currency} {figure(float(usd) * per_usd)}"


def figure(number: Any) -> str:
    """Show a number: whole from 100 on, with cents from 1 on, below that with three significant digits."""
    number = float(number)
    if abs(number) >= 100 or number == 0:
        return f"{number:,.0f}"
    if abs(number) >= 1:
        return f"{number:,.2f}"
    return f"{number:.3g}" if abs(number) >= 1e-4 else f"{number:.8f}".rstrip("0").rstrip(".")
