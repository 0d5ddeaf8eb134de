"""Files of every kind that is read, as small as they come."""

from tests.retrieval.conftest import folder

__all__ = ["folder"]
