"""What the live widgets share: the style sheet, one message, and what went wrong in a callback.

JupyterLab itself shows a callback's error nowhere.
"""

import traceback
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from lib.errors import InputError
from lib.views.decision import message
from lib.views.markup import style

AUTO = widgets.Layout(width="auto")
BAR = widgets.Layout(flex_flow="row wrap", align_items="center", width="100%")


def report_to(say: Callable[..., None], action: Callable[..., None], *arguments: Any) -> None:
    """Run ``action`` and ``say`` its error; one that is no bad input is raised again after it was shown."""
    try:
        action(*arguments)
    except InputError as error:
        say(str(error), wrong=True)
    except Exception as error:
        say("Unexpected: " + traceback.format_exception_only(error)[-1].strip(), wrong=True)
        raise


class Live(widgets.VBox):
    """A column of widgets with a message; ``saved_as`` is what stands for it where no widgets are shown."""

    saved_as = "Live: run this cell in JupyterLab."

    def __init__(self) -> None:
        """Make the message, for the caller to place, and room for buttons by their names."""
        super().__init__()
        self.message = widgets.HTML()
        self.buttons: dict[str, widgets.Button] = {}

    def fill(self, *children: widgets.Widget) -> None:
        """Show these widgets, in the style of every page."""
        self.children = [widgets.HTML(f"<style>{style()}</style>"), *children]

    def say(self, text: str, wrong: bool = False) -> None:
        """Show one message."""
        self.message.value = message(text, wrong).inside_widget()

    def reported(self, action: Callable[..., None], *arguments: Any) -> None:
        """Run an action and show on the page what went wrong."""
        report_to(self.say, action, *arguments)

    def button(self, name: str, action: Callable[[], None]) -> widgets.Button:
        """Make a button whose action is reported."""
        self.buttons[name] = made = widgets.Button(description=name, layout=AUTO)
        made.on_click(lambda _: self.reported(action))
        return made

    def __repr__(self) -> str:
        """Say what it is, for a reader that shows no widgets."""
        return self.saved_as
