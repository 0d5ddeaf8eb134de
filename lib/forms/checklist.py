"""The plan's checklist, live: a tick goes into the client file's ``plan.done`` at once."""

from pathlib import Path

import ipywidgets as widgets

from lib.forms.reporting import Live
from lib.forms.state import stored, written_into
from lib.plan import Checklist
from lib.views.plan import checklist_page

DONE = "plan.done"


def tick(path: Path, item: str, done: bool) -> list[str]:
    """Tick an item in a client file, or take the tick back; return all that are ticked.

    Raises:
        InputError: a sample client.
    """
    ticked = [other for other in stored(path).get(DONE) or [] if other != item] + ([item] if done else [])
    written_into(path, {DONE: ticked})
    return ticked


class ChecklistForm(Live):
    """One box to tick for each pitfall."""

    def __init__(self, checklist: Checklist, path: Path) -> None:
        """Show what is ticked in the client file ``path``."""
        super().__init__()
        self.checklist, self.path = checklist, path
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
            box.observe(lambda change, id_=id_: self.reported(self.tick, id_, change.new), "value")
        self.fill(*self.boxes.values(), self.message)

    def tick(self, item: str, done: bool) -> None:
        """Write one tick and say how many there are."""
        ticked = tick(self.path, item, done)
        self.say(f"Saved: {len(set(ticked) & self.boxes.keys())} of {len(self.boxes)} ticked.")

    def _repr_mimebundle_(self, **options):
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        page = checklist_page(self.checklist)
        return {**data, "text/plain": repr(page), "text/html": page._repr_html_()}, metadata
