"""The way to an endpoint: the ``openai`` client with this project's time-outs, retries and privacy."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from lib.errors import InputError
from lib.experiment.models.address import API_KEY, BASE_URL, Address
from lib.experiment.models.endpoint_settings import EndpointSettings
from lib.experiment.quiet import quiet_loggers

if TYPE_CHECKING:
    from openai import OpenAI

# The HTTP library logs whole addresses, and an address may hold a password or a token.
_LOGGERS = ("httpx2", "httpcore2", "httpx", "httpcore")


class Connection:
    """Connections to one endpoint, kept open from one answer to the next; they hold no key.

    The ``openai`` client tries again by itself and honours ``Retry-After``; here it is told how often, how long
    to wait for a connection and for the next token, not to follow redirects (the prompt would go where nobody
    agreed to), and to go past any proxy where the endpoint stands in the house.
    """

    def __init__(self, address: Address, settings: EndpointSettings) -> None:
        """Nothing is opened yet."""
        from openai import DefaultHttpxClient, Timeout

        given = urlsplit(os.environ.get(BASE_URL, "").strip())
        host = f"[{given.hostname}]" if given.hostname and ":" in given.hostname else given.hostname
        # A user name and password in the address are sent as such, and kept out of what is logged.
        place = f"{host}:{given.port}" if given.port else host
        self._base_url = urlunsplit((given.scheme, place, given.path, given.query, "")) if host else None
        self._address = address
        self._retries = settings.retries
        self._sent = threading.local()
        self._pool = DefaultHttpxClient(
            timeout=Timeout(settings.read_seconds, connect=settings.connect_seconds),
            follow_redirects=False,
            mounts={f"all://{host}": None} if address.in_house else None,
            auth=(unquote(given.username), unquote(given.password or "")) if given.username else None,
            event_hooks={"request": [self._note_sending]},
        )

    @contextmanager
    def client(self) -> Iterator["OpenAI"]:
        """Give a client with the key as it stands in the environment now.

        Raises:
            InputError: there is no key, and the endpoint is outside the house.
        """
        from openai import OpenAI

        key = os.environ.get(API_KEY, "").strip()
        if not key and not self._address.in_house:
            raise InputError(f"{API_KEY} is not set; {self._address.host} asks for a key, so set it to yours.")
        with quiet_loggers(_LOGGERS, logging.WARNING):
            yield OpenAI(
                api_key=key or "none-needed",
                base_url=self._base_url,
                http_client=self._pool,
                max_retries=self._retries,
            )

    @property
    def sent_at(self) -> float:
        """When this thread last sent a request (``time.perf_counter()``); a retry counts anew."""
        return self._sent.at

    def close(self) -> None:
        """Close what is open."""
        self._pool.close()

    def _note_sending(self, request: object) -> None:
        self._sent.at = time.perf_counter()
