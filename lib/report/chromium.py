"""A Chromium that is already on the machine: prints the finished page to PDF, draws charts as pictures."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from lib.files import moved_into_place

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
TIMEOUT_SECONDS = 120
WINDOW = "720,1000"
"""About the width of the paper between its margins, so that charts are drawn to fit it."""
PICTURE_WIDTH = 860
PICTURE = re.compile(r"<p>data:image/png;base64,([A-Za-z0-9+/=]+)</p>")
PICTURES = """<!doctype html><meta charset="utf-8"><div id="place"></div><script>{plotly}</script><script>
(async () => {{
  for (const chart of {charts}) {{
    const layout = {{ ...chart.layout, paper_bgcolor: "white", plot_bgcolor: "white", width: {width}, autosize: false }};
    const drawn = await Plotly.newPlot("place", chart.data, layout, {{ staticPlot: true }});
    const text = await Plotly.toImage(drawn, {{ format: "png", width: {width}, height: layout.height ?? 400 }});
    document.body.append(Object.assign(document.createElement("p"), {{ textContent: text }}));
  }}
}})();
</script>"""
ID = re.compile(r"[a-z0-9-]+")
DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)([^)]*)")


class PdfError(RuntimeError):
    """Chromium is there but did not print; its text says why."""


def find_chromium() -> str | None:
    """Find a Chromium, Chrome or Edge: the variable ``CHROMIUM`` first, then the usual names and places."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or next((place for place in PLACES if Path(place).is_file()), None)


def print_pdf(page: Path, target: Path, chromium: str) -> None:
    """Print the HTML file ``page`` to ``target``, its contents with page numbers. Raises :class:`PdfError`."""
    # Beside the page, where the next run finds what a killed one leaves.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="printing-", ignore_cleanup_errors=True) as folder:
        printed = _printed(page, folder, chromium)
        if found := page_numbers(printed):
            # Chromium knows no target-counter: what the first print tells of its pages is written into the second.
            rules = "".join(
                f'.printed-contents [href="#{id_}"]::after {{content: "{at}"}}' for id_, at in found.items()
            )
            numbered = Path(folder) / "numbered.html"
            text = page.read_text(encoding="utf-8")
            numbered.write_text(text.replace("</head>", f"<style>{rules}</style></head>", 1), encoding="utf-8")
            printed = _printed(numbered, folder, chromium)
        with moved_into_place(target) as temporary:
            temporary.write_bytes(_without_clock(printed.read_bytes()))


def page_numbers(pdf: Path) -> dict[str, int]:
    """Return, by its id on the page, the printed page on which everything stands that a link leads to."""
    # In here for start-up time.
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import dict_value

    with pdf.open("rb") as file:
        document = PDFDocument(PDFParser(file))
        numbers = {page.pageid: number for number, page in enumerate(PDFPage.create_pages(document), 1)}
        places = dict_value(document.catalog.get("Dests"))
        return {id_: numbers[place[0].objid] for id_, place in places.items() if ID.fullmatch(id_)}


def _printed(page: Path, folder: str, chromium: str) -> Path:
    printed = Path(folder) / f"{page.stem}.pdf"
    options = [
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        f"--window-size={WINDOW}",
        f"--print-to-pdf={printed}",
    ]
    done = _run(chromium, folder, page, options)
    if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
        tail = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
        raise PdfError(f"{chromium} did not print: {tail[0]}")
    return printed


def pictures(charts: list[Mapping[str, Any]]) -> list[str]:
    """Draw plotly specifications as PNG (base64), on white; none at all where no Chromium is found."""
    chromium = find_chromium()
    if chromium is None or not charts:
        return []
    with tempfile.TemporaryDirectory(prefix="pictures-", ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "page.html"
        drawn = json.dumps(list(charts)).replace("<", "\\u003c")
        page.write_text(PICTURES.format(plotly=get_plotlyjs(), charts=drawn, width=PICTURE_WIDTH), encoding="utf-8")
        # Drawing goes on after the page has loaded; its own clock runs ahead until nothing is left to do.
        done = _run(chromium, folder, page, ["--virtual-time-budget=60000", "--dump-dom"])
    return PICTURE.findall(done.stdout.decode("utf-8", "replace"))


def _run(chromium: str, folder: str, page: Path, options: list[str]) -> subprocess.CompletedProcess[bytes]:
    command = [
        chromium,
        "--headless",
        "--disable-gpu",
        "--disable-extensions",
        "--no-first-run",
        f"--user-data-dir={folder}/profile",
        *options,
        page.resolve().as_uri(),
    ]
    if getattr(os, "geteuid", lambda: None)() == 0:
        # Chromium's sandbox refuses to start as root, as in a container; the page is our own and offline.
        command.insert(1, "--no-sandbox")
    try:
        return subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PdfError(f"{chromium} did not print: {error}") from None


def _without_clock(data: bytes) -> bytes:
    """Blank the time of printing, without moving a byte: the same report prints to the same PDF."""
    return DATES.sub(lambda match: match[1] + b"0" * len(match[2]), data)
