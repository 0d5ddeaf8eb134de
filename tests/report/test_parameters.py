"""A notebook's parameters: the client model is the gate, and it answers in one sentence."""

import pytest
import yaml

from lib.client.folder import DEFAULT_CLIENT
from lib.errors import InputError
from lib.paths import CLIENTS
from lib.report.parameters import SECTIONS, client_from

OF_IPYTHON = {"In": [""], "Out": {}, "_i": "x", "_oh": {}, "exit": print, "get_ipython": print}
UNSET = OF_IPYTHON | dict.fromkeys(("client_file", "experiment", *SECTIONS))


def test_without_parameters_a_sample_client_is_shown():
    client, path = client_from(UNSET)
    assert path == DEFAULT_CLIENT and client.client.name


def test_sections_alone_make_a_client():
    values = yaml.safe_load((CLIENTS / "voice-agent.yaml").read_text(encoding="utf-8"))
    client, path = client_from(UNSET | values)
    assert path is None and client.client.name == values["client"]["name"]


def test_sections_override_the_file_field_by_field():
    client, _ = client_from(
        UNSET | {"client_file": "data/clients/voice-agent.yaml", "traffic": {"queries_per_month": 7.0}}
    )
    assert client.traffic.queries_per_month == 7 and client.client.name != "not stated"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"knowlege": {"needed": "private"}}, "did you mean knowledge"),
        ({"colour_scheme": "dark"}, "colour_scheme is not a known parameter"),
        ({"client": {"name": "x", "nam": "y"}}, "client.nam is not a known key"),
        ({"client": "Northwind"}, "client is 'Northwind'"),
        ({"traffic": {"queries_per_month": "many"}}, "traffic.queries_per_month is 'many'"),
        ({"traffic": {"queries_per_month": -1.0}}, "traffic.queries_per_month"),
        ({"client_file": 3}, "client_file is 3"),
        ({"client_file": "data/clients/no-such-client.yaml"}, "no-such-client.yaml"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(given, words):
    name = {} if "client" in given or "client_file" in given else {"client": {"name": "x"}}
    with pytest.raises(InputError) as refused:
        client_from(UNSET | name | given)
    sentence = str(refused.value)
    assert words in sentence and "\n" not in sentence and sentence.endswith(".")
    assert refused.value._render_traceback_() == [sentence]


def test_results_of_earlier_cells_are_not_taken_for_parameters():
    client, _ = client_from(UNSET | {"case": object(), "charts": pytest})
    assert client.client.name
