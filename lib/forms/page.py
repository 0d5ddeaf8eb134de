"""What every page says first: which client it shows, when that was saved, and whether it has changed since."""

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lib.client import ClientFile
from lib.client.client_file import load_client
from lib.client.folder import chosen_client, client_files, is_live, is_sample
from lib.views.markup import Page, render, setup

LOOK_SECONDS = 2.0
_watching: asyncio.Task | None = None


@dataclass(frozen=True)
class ClientPage:
    """The client that a page shows and the file it came from.

    ``explicit`` tells that a parameter named the file, ``about_client`` that the page's figures are the client's.
    """

    client: ClientFile
    path: Path
    explicit: bool
    fingerprint: str
    about_client: bool = True

    @classmethod
    def of(cls, path: Path, explicit: bool = True, about_client: bool = True) -> "ClientPage":
        """Load the client of a page from its file."""
        return cls(load_client(path), path, explicit, _fingerprint(path), about_client)

    def changed(self) -> str:
        """Say what has changed since the page was run; nothing where it shows what stands in the file."""
        if not self.explicit and (now := chosen_client()) != self.path:
            name = next((name for name, path in client_files() if path == now), now.stem)
            return f"The client chosen is now {name}: run all cells again to see it."
        if not self.path.exists():
            return "Its file is gone; choose a client on the start page."
        if _fingerprint(self.path) != self.fingerprint:
            return f"Its file has changed since ({_saved(self.path)}): run all cells again."
        return ""

    def line(self, live: bool = False) -> Page:
        """Return the line; ``live`` adds when the file was saved and what has changed since."""
        return render(
            "client_line.html",
            name=self.client.client.name,
            about_client=self.about_client,
            sample=is_sample(self.path),
            saved=_saved(self.path) if live and self.path.exists() else "",
            changed=self.changed() if live and self.about_client else "",
        )


def open_page(client_file: str | Path | None, about_client: bool = True) -> ClientPage:
    """Load the client of a page, show the style sheet and the line that says whose page it is.

    ``None`` follows the choice made on the start page. A page whose figures are the same for everybody says so.

    Raises:
        InputError: the file cannot be used.
    """
    page = ClientPage.of(chosen_client(client_file), bool(client_file), about_client)
    setup()
    _show(page)
    return page


def _show(page: ClientPage) -> None:
    from IPython.display import display

    if not is_live():
        display(page.line())
        return
    import ipywidgets as widgets

    line = widgets.HTML(page.line(live=True).inside_widget())
    display(line)
    _watch(page, line)


def _watch(page: ClientPage, line: Any) -> None:
    """Look now and then whether the page still shows what stands in the file; only the newest line is kept up."""
    global _watching
    if _watching:
        _watching.cancel()
    with contextlib.suppress(RuntimeError):
        _watching = asyncio.get_running_loop().create_task(_look(page, line))


async def _look(page: ClientPage, line: Any) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        with contextlib.suppress(OSError):
            line.value = page.line(live=True).inside_widget()


def _fingerprint(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _saved(path: Path) -> str:
    at = datetime.fromtimestamp(path.stat().st_mtime)
    return f"{at:%H:%M}" if at.date() == datetime.now().date() else f"{at:%Y-%m-%d %H:%M}"
