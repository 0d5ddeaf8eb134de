"""What the tests of the experiment share: one server, one embedder, one small company."""

import pytest

from lib.experiment.retrieval.embedder import load_embedder
from lib.experiment.retrieval.server import ENVIRONMENT_VARIABLE, postgres


@pytest.fixture(scope="session")
def embedder():
    return load_embedder()


@pytest.fixture(scope="session")
def database():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT_VARIABLE, raising=False)
        with postgres() as address:
            yield address
