"""What is indexed: the pieces of text that a document is cut into."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lib.experiment.fingerprints import value_fingerprint
from lib.experiment.retrieval.chunk_settings import ChunkSettings, settings_for
from lib.experiment.retrieval.cutting import cut
from lib.experiment.world import Document


@dataclass(frozen=True)
class Chunk:
    """One piece of a document, with where it comes from."""

    document_id: str
    number: int
    kind: str
    title: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The document's id and the piece's number in it, from 0."""
        return f"{self.document_id}#{self.number}"

    @property
    def content(self) -> str:
        """What is embedded: the title names the thing that the text describes."""
        return f"{self.title}\n{self.text}"

    @property
    def fingerprint(self) -> str:
        """Changes when anything in the chunk does."""
        return value_fingerprint([self.id, self.kind, self.title, self.text, dict(self.metadata)])


def chunks_of(
    documents: Iterable[Document], settings: ChunkSettings | Mapping[str, ChunkSettings] | None = None
) -> list[Chunk]:
    """Cut documents into chunks, in order; a document has at least one.

    Args:
        documents: their texts are Markdown or plain.
        settings: one for all, or some by kind of document that go before the defaults of ``chunk_settings``.
    """
    return [
        Chunk(page.id, number, page.kind, without_nul(page.title), text, storable(page.metadata))
        for page in documents
        for number, text in enumerate(cut(without_nul(page.text), settings_for(page, settings), page.title))
    ]


def without_nul(text: str) -> str:
    """Blank out the one character that PostgreSQL cannot store; text taken out of PDF files has it."""
    return text.replace("\x00", " ")


def storable(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return metadata as PostgreSQL can store and compare it."""
    return {without_nul(name): without_nul(value) for name, value in metadata.items()}
