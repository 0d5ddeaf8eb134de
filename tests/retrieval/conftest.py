"""One server and one embedder for all tests of this room."""

import pytest

from lib.retrieval.embedder import load_embedder
from lib.retrieval.server import ENVIRONMENT_VARIABLE, postgres


@pytest.fixture(scope="session")
def embedder():
    return load_embedder()


@pytest.fixture(scope="session")
def database():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT_VARIABLE, raising=False)
        with postgres() as address:
            yield address
