"""What the form knows: the answered values, the error beside each field, and the decision.

The state needs no browser and no widget. Widgets are views: they call :meth:`ClientState.set` and
redraw when a trait changes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from lib.client import ClientFile, answers, check_client, load_client, save_client
from lib.client.facts import field_specs
from lib.decision import Decision, decide
from lib.errors import InputError

NEW_CLIENT = {"client.name": "New client"}
SUFFIXES = (".yaml", ".yml")


def at_once(function: Callable[[], None]) -> None:
    """Run ``function`` now: how the flips follow where there is no event loop."""
    function()


class ClientState(traitlets.HasTraits):
    """One client as it is being edited.

    ``values`` holds the answered fields by dotted path, always valid. ``errors`` holds one sentence for
    each field whose last input was refused; the value before it still stands. ``decision`` belongs to
    ``values``; it is ``None`` where no decision can be made, and ``problem`` then says why.
    """

    values = traitlets.Dict()
    errors = traitlets.Dict()
    decision = traitlets.Instance(Decision, allow_none=True)
    problem = traitlets.Unicode()
    path = traitlets.Instance(Path, allow_none=True)
    unsaved = traitlets.Bool(False)

    def __init__(self, path: str | Path | None = None, later: Callable[[Callable[[], None]], None] = at_once) -> None:
        """Load ``path``, or start a new client. ``later`` runs the slower half of a decision (the flips)."""
        super().__init__()
        self._later = later
        if path is None:
            self.start_new()
        else:
            self.load(path)

    @property
    def client(self) -> ClientFile:
        """Give the client file that the answered values make."""
        return check_client(_nested(self.values))

    def answered(self, path: str) -> bool:
        """Tell whether the field is answered, as opposed to its default being assumed."""
        return path in self.values

    def error(self, path: str) -> str:
        """Give the sentence that belongs beside the field: its own refusal, or a problem that names it."""
        return self.errors.get(path) or (self.problem if f" {path} is " in self.problem else "")

    def set(self, path: str, value: Any) -> None:
        """Answer one field. A refused value leaves the last valid one standing and its error in ``errors``."""
        _known(path)
        if value is None:
            self.clear(path)
            return
        self._try({**self.values, path: value}, path)

    def clear(self, path: str) -> None:
        """Take the answer back, so that the default is assumed."""
        _known(path)
        self._try({key: value for key, value in self.values.items() if key != path}, path)

    def start_new(self, name: str = NEW_CLIENT["client.name"]) -> None:
        """Start a client of which only the name is known, in no file yet."""
        self._replace(check_client({"client": {"name": name}}), None)

    def load(self, path: str | Path) -> None:
        """Read a client file. Raises :class:`InputError` and leaves the state as it was where it is refused."""
        self._replace(load_client(path), Path(path))

    def save(self, path: str | Path | None = None, replace: bool = False) -> Path:
        """Write the client file, keeping the comments that stand in it, and give its path.

        Raises :class:`InputError` where a field is in error, the name is not that of a YAML file, or
        another client's file would be overwritten and ``replace`` is not set.
        """
        target = self._target(path)
        if self.errors:
            raise InputError(
                f"{target.name}: not saved, because a field is refused. {next(iter(self.errors.values()))}"
            )
        if target.exists() and not self._is_own(target) and not replace:
            raise InputError(
                f"{target.name}: exists already and is another client's file; tick Replace, or choose another name."
            )
        if target.exists():
            # A file that is no client file is not ours to change.
            load_client(target)
        save_client(self.client, target)
        self._saved = self.values
        self.path, self.unsaved = target, False
        return target

    def restore(self, values: dict[str, Any]) -> None:
        """Take up answers again that were left unsaved."""
        self.values, self.errors = _flat(check_client(_nested(values))), {}
        self.unsaved = self.values != self._saved
        self._decide()

    def _is_own(self, target: Path) -> bool:
        return self.path is not None and target.resolve() == self.path.resolve()

    def _target(self, path: str | Path | None) -> Path:
        target = Path(path) if path else self.path
        if target is None or target.suffix not in SUFFIXES:
            shown = "nothing" if target is None else repr(str(target))
            raise InputError(f"The path is {shown}; allowed is a file name that ends in .yaml.")
        return target

    def _replace(self, client: ClientFile, path: Path | None) -> None:
        with self.hold_trait_notifications():
            self.values, self.errors = _flat(client), {}
            self.path, self.unsaved = path, False
        self._saved = self.values
        self._decide()

    def _try(self, values: dict[str, Any], path: str) -> None:
        errors = {key: sentence for key, sentence in self.errors.items() if key != path}
        try:
            client = check_client(_nested(values), self.path.name if self.path else "new client")
        except InputError as error:
            self.errors = {**errors, path: str(error)}
            return
        self.errors = errors
        flat = _flat(client)
        if flat != self.values:
            self.values = flat
            self.unsaved = flat != self._saved
            self._decide()

    def _decide(self) -> None:
        """Decide at once, and look for what would flip it when there is time."""
        if self._decide_now(with_flips=False):
            self._later(lambda: self._decide_now(with_flips=True))

    def _decide_now(self, with_flips: bool) -> bool:
        try:
            decision = decide(self.client, with_flips=with_flips)
        except InputError as error:
            self.decision, self.problem = None, str(error)
            return False
        except Exception as error:
            # JupyterLab shows a callback's error nowhere, so the page says it before it goes on its way.
            self.decision, self.problem = None, f"Unexpected {type(error).__name__}: {error}"
            raise
        self.problem, self.decision = "", decision
        return True


def _known(path: str) -> None:
    if path not in field_specs():
        raise KeyError(f"{path} is not a field of the client file")


def _flat(client: ClientFile) -> dict[str, Any]:
    return {
        f"{section}.{name}": _whole(value)
        for section, fields in answers(client).items()
        for name, value in fields.items()
    }


def _whole(value: Any) -> Any:
    """Write 25000.0 as 25000, as a person would in the file."""
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _nested(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    nested: dict[str, dict[str, Any]] = {"client": {}}
    for path, value in values.items():
        section, name = path.split(".")
        nested.setdefault(section, {})[name] = value
    return nested
