"""The examples at the public doors run as they stand."""

import doctest
import importlib

import pytest

DOORS = [
    "lib.client.client_file",
    "lib.costs.cost_model",
    "lib.decision",
    "lib.experiment.run",
    "lib.text",
    pytest.param("lib.report.engine", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("name", DOORS)
def test_the_examples_of_a_door_are_true(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    failed, tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried and not failed
