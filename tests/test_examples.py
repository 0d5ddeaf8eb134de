"""The examples at the public doors run as they stand."""

import doctest
import importlib

import pytest

DOORS = [
    "lib.client.client_file",
    "lib.costs.cost_model",
    "lib.decision",
    "lib.text",
    pytest.param("lib.report.engine", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("name", DOORS)
def test_the_examples_of_a_door_are_true(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed
