"""Reading a page as a browser would: its tags, its headings, the text that people see."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

HOSTILE = "<script>alert(1)</script> **A** \"B\" 'C' {{ 7*7 }} {% raw %} $1 \\n # D & `rm` ${E} É"
"""A text that tries to be HTML, Markdown, a template, LaTeX, shell and Python."""
UNSEEN = ("script", "style")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Outline(HTMLParser):
    """Every element with its own text; ``text`` is all that people can read."""

    source: str
    elements: list[Element] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        self._open.append(element)

    def handle_endtag(self, tag):
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data):
        for element in self._open:
            element.text += data
        if not any(element.tag in UNSEEN for element in self._open):
            self.text += data

    def tagged(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]
