"""The plan's checklist, live: a tick goes into the client file's ``plan.done`` at once."""

from pathlib import Path

import ipywidgets as widgets

from lib.client.folder import is_sample
from lib.errors import InputError
from lib.forms.reporting import report_to
from lib.forms.state import ClientState
from lib.plan import Checklist
from lib.views.decision import message
from lib.views.plan import checklist_page

DONE = "plan.done"


def tick(path: Path, item: str, done: bool) -> list[str]:
    """Tick an item in a client file, or take the tick back, and give all that are ticked.

    What somebody else has changed in the file meanwhile stays. Raises :class:`InputError` for a sample client.
    """
    if is_sample(path):
        raise InputError("A sample client stays as it is: make a copy on the start page, then tick there.")
    state = ClientState(path, later=lambda _: None)
    ticked = [other for other in state.values.get(DONE) or [] if other != item] + ([item] if done else [])
    state.set(DONE, ticked or None)
    state.save()
    return ticked


class ChecklistForm(widgets.VBox):
    """One box to tick for each pitfall."""

    def __init__(self, checklist: Checklist, path: Path) -> None:
        """Show what is ticked in the client file ``path``."""
        super().__init__()
        self.checklist, self.path = checklist, path
        self.message = widgets.HTML()
        self.boxes = {
            item.id: widgets.Checkbox(
                value=item.id in checklist.done,
                description=item.text,
                indent=False,
                layout=widgets.Layout(width="100%", height="auto"),
                style={"description_width": "initial"},
            )
            for item in checklist.items
        }
        for id_, box in self.boxes.items():
            box.observe(lambda change, id_=id_: report_to(self.say, self.tick, id_, change.new), "value")
        self.children = [*self.boxes.values(), self.message]

    def tick(self, item: str, done: bool) -> None:
        """Write one tick and say how many there are."""
        ticked = tick(self.path, item, done)
        self.say(f"Saved: {len(set(ticked) & self.boxes.keys())} of {len(self.boxes)} ticked.")

    def say(self, text: str, wrong: bool = False) -> None:
        """Show one message under the boxes."""
        self.message.value = message(text, wrong).inside_widget()

    def _repr_mimebundle_(self, **options):
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        page = checklist_page(self.checklist)
        return {**data, "text/plain": repr(page), "text/html": page._repr_html_()}, metadata
