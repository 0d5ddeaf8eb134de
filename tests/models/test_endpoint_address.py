"""Which endpoints are in the house, and that nothing is sent to those that are not when the client forbids it."""

import pytest

from lib.errors import InputError
from lib.models import EndpointModel, endpoint_name, is_remote, load_model, model_fingerprint, refuse_remote

MODEL = "endpoint:small"


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """A private and a public name, told without asking the network."""
    known = {"gpu.corp": ["10.1.2.3"], "api.example": ["93.184.216.34"], "both.example": ["10.1.2.3", "93.184.216.34"]}

    def found(host, port, **_):
        numbers = known.get(host, [host] if host[0].isdigit() or ":" in host else None)
        if host == "localhost":
            numbers = ["127.0.0.1", "::1"]
        if numbers is None:
            raise OSError("no such name")
        return [(None, None, None, "", (number, 0)) for number in numbers]

    monkeypatch.setattr("lib.models.endpoint.socket.getaddrinfo", found)


@pytest.mark.parametrize(
    ("address", "remote"),
    [
        ("http://127.0.0.1:8000/v1", False),
        ("http://localhost:8000/v1", False),
        ("http://[::1]:8000/v1", False),
        ("https://192.168.1.20/v1", False),
        ("https://gpu.corp/v1", False),
        ("https://api.example/v1", True),
        ("https://both.example/v1", True),
        ("https://[::ffff:93.184.216.34]/v1", True),
        ("https://not-resolved.example/v1", True),
        ("", True),
    ],
)
def test_only_loopback_and_private_hosts_are_in_the_house(monkeypatch, address, remote):
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    assert is_remote(MODEL) is remote and load_model(MODEL).address.in_house is not remote
    refuse_remote(MODEL, data_must_stay_in_house=False)
    if remote:
        with pytest.raises(InputError, match=r"constraints\.data_must_stay_in_house"):
            refuse_remote(MODEL, data_must_stay_in_house=True)
    else:
        refuse_remote(MODEL, data_must_stay_in_house=True)


def test_folders_and_hub_ids_run_on_this_machine(tmp_path):
    for model in (None, tmp_path, str(tmp_path), "Qwen/Qwen3-0.6B"):
        assert not is_remote(model)


@pytest.mark.parametrize("address", ["api.example/v1", "ftp://api.example", "https://", "https://[::1/v1"])
def test_what_is_no_address_is_one_sentence(monkeypatch, address):
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    with pytest.raises(InputError, match="OPENAI_BASE_URL"):
        load_model(MODEL)


def test_a_key_is_not_sent_in_the_open_to_a_host_outside(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://api.example/v1")
    with pytest.raises(InputError, match="https"):
        load_model(MODEL)


def test_a_host_outside_is_not_asked_without_a_key(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.example/v1")
    with pytest.raises(InputError, match="OPENAI_API_KEY is not set"):
        load_model(MODEL).generate(["Why?"])


def test_an_address_is_shown_by_its_host_alone(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "https://person:passw0rd@api.example:8443/v1?token=t0ken")
    model = load_model("endpoint:ft:gpt-4o-mini:acme::a1b2")
    assert isinstance(model, EndpointModel) and model.name == "ft:gpt-4o-mini:acme::a1b2 at api.example:8443"
    with pytest.raises(InputError) as refused:
        refuse_remote(MODEL, data_must_stay_in_house=True)
    for text in (model.fingerprint, repr(model), str(refused.value)):
        assert "api.example" in text and "passw0rd" not in text and "t0ken" not in text
    assert model_fingerprint("endpoint:ft:gpt-4o-mini:acme::a1b2") == model.fingerprint


def test_an_endpoints_model_has_a_name():
    assert endpoint_name("endpoint:gpt-4o-mini") == "gpt-4o-mini" and endpoint_name("some/folder") is None
    with pytest.raises(InputError, match="endpoint:gpt-4o-mini"):
        load_model("endpoint: ")
