"""Where prompts would go: the endpoint's host, and whether it stands in the house."""

import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lib.errors import InputError

ENDPOINT = "endpoint:"
BASE_URL = "OPENAI_BASE_URL"
API_KEY = "OPENAI_API_KEY"
# Shown where no address is given: the client then asks OpenAI itself.
_DEFAULT_HOST = "OpenAI"


@dataclass(frozen=True)
class Address:
    """An endpoint's host and port, for people; the rest of its address may hold secrets and is left out."""

    host: str
    in_house: bool

    @classmethod
    def of_environment(cls) -> "Address":
        """Read ``OPENAI_BASE_URL``.

        Raises:
            InputError: it is not an address, or would send the key in the open to a host outside the house.
        """
        given = os.environ.get(BASE_URL, "").strip()
        if not given:
            return cls(_DEFAULT_HOST, in_house=False)
        try:
            parts = urlsplit(given)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.scheme not in {"http", "https"} or not host:
            raise InputError(f"{BASE_URL} is no address of a server; it must look like https://HOST/v1.")
        in_house = _stands_in_house(host)
        shown = f"[{host}]" if ":" in host else host
        if parts.scheme == "http" and not in_house:
            raise InputError(f"{BASE_URL} names {shown}, outside the house, with http; it must start with https.")
        return cls(f"{shown}:{port}" if port else shown, in_house)


def endpoint_name(model: str | Path | None) -> str | None:
    """Give the model's name at the endpoint (``endpoint:NAME``), or ``None`` where it runs on this machine.

    Raises:
        InputError: the name is empty.
    """
    if not isinstance(model, str) or not model.startswith(ENDPOINT):
        return None
    name = model.removeprefix(ENDPOINT).strip()
    if not name:
        raise InputError(f"model is {model!r}; it must name a model of the endpoint, as in endpoint:gpt-4o-mini.")
    return name


def is_remote(model: Any) -> bool:
    """Say whether prompts to ``model`` leave the house: an endpoint that is neither this machine nor a private host.

    Args:
        model: as ``load_model`` takes it, or as it gives it. Folders and hub ids run on this machine.

    A name counts as in the house only if every address it stands for is loopback or private.
    """
    address = getattr(model, "address", None)
    if isinstance(address, Address):
        return not address.in_house
    return endpoint_name(model) is not None and not Address.of_environment().in_house


def refuse_remote(model: Any, data_must_stay_in_house: bool) -> None:
    """Raise ``InputError`` where the client's data must stay in the house and ``model`` is outside of it."""
    if data_must_stay_in_house and is_remote(model):
        host = getattr(model, "address", None) or Address.of_environment()
        raise InputError(
            f"constraints.data_must_stay_in_house is true, but the model is asked at {host.host}, outside the house; "
            f"give a folder, a Hugging Face id, or an {BASE_URL} on this machine or a private network."
        )


def _stands_in_house(host: str) -> bool:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    numbers = [ipaddress.ip_address(address.partition("%")[0]) for address in found]
    # An IPv4 address written as an IPv6 one is judged by itself.
    numbers = [getattr(number, "ipv4_mapped", None) or number for number in numbers]
    return bool(numbers) and all(number.is_loopback or number.is_private for number in numbers)
