"""What the form knows: the answered values, the error beside each field, and the decision.

The state needs no browser and no widget. Widgets are views: they call :meth:`ClientState.type`, ``set`` or ``clear``
and redraw when a trait changes.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import traitlets

from lib.client import ClientFile, answers, check_client, load_client, save_client
from lib.client.facts import field_specs
from lib.client.field import FieldSpec
from lib.client.folder import SUFFIXES, is_sample
from lib.decision import Decision, deciding
from lib.errors import InputError
from lib.forms.typed import read_typed, refusal

NEW_CLIENT = {"client.name": "New client"}
STEPS_BACK = 200


def at_once(function: Callable[[], None]) -> None:
    """Run ``function`` now: how the counterfactuals follow where there is no event loop."""
    function()


class Conflict(InputError):
    """The file changed since it was read, in fields that were changed here too: ``fields`` holds theirs and ours."""

    def __init__(self, fields: dict[str, tuple[Any, Any]]) -> None:
        """Take the fields (dotted path to theirs and ours, ``None`` where not answered)."""
        super().__init__("The file has been changed by somebody else since it was opened; choose for each field.")
        self.fields = fields


class ClientState(traitlets.HasTraits):
    """One client as it is being edited.

    ``values`` holds the answered fields by dotted path, always valid. ``errors`` holds one sentence for
    each field whose last input was refused, and ``refused`` that input; the value before it still stands.
    ``decision`` belongs to ``values``; it is ``None`` where no decision can be made, and ``problem`` then says why.
    """

    values = traitlets.Dict()
    errors = traitlets.Dict()
    decision = traitlets.Instance(Decision, allow_none=True)
    problem = traitlets.Unicode()
    path = traitlets.Instance(Path, allow_none=True)
    unsaved = traitlets.Bool(False)

    def __init__(self, path: str | Path | None = None, later: Callable[[Callable[[], None]], None] = at_once) -> None:
        """Load ``path``, or start a new client. ``later`` runs the slower half of a decision (the counterfactuals)."""
        super().__init__()
        self._later = later
        if path is None:
            self.start_new()
        else:
            self.load(path)

    @property
    def client(self) -> ClientFile:
        """The client file that the answered values make."""
        return check_client(_nested(self.values))

    def answered(self, path: str) -> bool:
        """Return whether the field is answered, as opposed to its default being assumed."""
        return path in self.values

    def error(self, path: str) -> str:
        """Return the sentence that belongs beside the field: its own refusal, or a problem that names it."""
        return self.errors.get(path) or (self.problem if f" {path} is " in self.problem else "")

    def type(self, path: str, text: str) -> None:
        """Answer one field by what a person typed; refused text stays beside its error."""
        self.set(path, read_typed(_spec(path), text), text)

    def set(self, path: str, value: Any, text: str | None = None) -> None:
        """Answer one field. A refused value leaves the last valid one standing and its error in ``errors``."""
        spec = _spec(path)
        if value is None:
            self.clear(path)
        else:
            shown = str(value) if text is None else text
            self._try({**self.values, path: value}, path, shown, lambda: refusal(spec, shown))

    def clear(self, path: str) -> None:
        """Take the answer back, so that the default is assumed."""
        _spec(path)
        if path == "client.name":
            self._refuse(path, "", "Please type a name.")
            return
        self._try({key: value for key, value in self.values.items() if key != path}, path, "", lambda: "")

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        """Whether a change was taken back."""
        return self._place < len(self._history) - 1

    def undo(self) -> None:
        """Take the last change back."""
        self._go(-1)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._go(1)

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Return the fields that differ from the saved file: what stands there, and here (``None``: not answered)."""
        return _differences(self._saved, self.values)

    def start_new(self, name: str = NEW_CLIENT["client.name"]) -> None:
        """Start a client of which only the name is known, in no file yet."""
        self._replace(check_client({"client": {"name": name}}), None)

    def load(self, path: str | Path) -> None:
        """Read a client file. Raises :class:`InputError` and leaves the state as it was where it is refused."""
        self._replace(load_client(path), Path(path))

    def save(self, path: str | Path | None = None, keep: dict[str, bool] | None = None) -> Path:
        """Write the client file, keeping the comments that stand in it, and return its path.

        What somebody else changed in the file since it was read is kept too. ``keep`` says for fields that were
        changed on both sides whether ours stays (``True``) or theirs is taken.

        Raises :class:`InputError` where a field is in error, the name is not that of a YAML file, or another file
        would be overwritten; :class:`Conflict` where ``keep`` leaves a field open.
        """
        target = self._target(path)
        if self.errors:
            label = _spec(next(iter(self.errors))).label
            raise InputError(f"{target.name}: not saved, because {label} holds what is not accepted.")
        if target.exists():
            if self.path is None or target.resolve() != self.path.resolve():
                raise InputError(f"{target.name}: exists already and is another client's file; choose another name.")
            # A file that is no client file any more is not ours to change.
            self._merge(stored(target), keep or {})
        save_client(self.client, target)
        self._saved = self.values
        self.path, self.unsaved = target, False
        return target

    def restore(self, values: dict[str, Any]) -> None:
        """Take up answers again that were left unsaved."""
        self._show(_flat(check_client(_nested(values))))

    def _merge(self, theirs: dict[str, Any], keep: dict[str, bool]) -> None:
        changed, mine = _differences(self._saved, theirs), self.changes()
        open_ = {
            path: (theirs.get(path), self.values.get(path))
            for path in changed.keys() & mine.keys()
            if changed[path][1] != mine[path][1] and path not in keep
        }
        if open_:
            raise Conflict(dict(sorted(open_.items())))
        taken = {path: end for path, (_, end) in changed.items() if path not in mine or not keep.get(path, True)}
        merged = {**self.values, **taken}
        if taken:
            self._show(_flat(check_client(_nested({k: v for k, v in merged.items() if v is not None}))))

    def _target(self, path: str | Path | None) -> Path:
        target = Path(path) if path else self.path
        if target is None or target.suffix not in SUFFIXES:
            shown = "nothing" if target is None else repr(str(target))
            raise InputError(f"The path is {shown}; allowed is a file name that ends in .yaml.")
        return target

    def _replace(self, client: ClientFile, path: Path | None) -> None:
        with self.hold_trait_notifications():
            self.values = _flat(client)
            self.path, self.unsaved = path, False
        self._fresh()
        self._saved, self._history, self._place = self.values, [self.values], 0
        self._decide()

    def _refuse(self, path: str, text: str, sentence: str) -> None:
        self.refused[path] = text
        self.errors = {**self.errors, path: sentence}

    def _try(self, values: dict[str, Any], path: str, text: str, sentence: Callable[[], str]) -> None:
        # Two fields may only make sense together (a currency and its rate): what waits is tried again with each.
        waiting = {key: value for key, value in self._waiting.items() if key != path}
        client, problem = self._checked(values)
        if client is None and waiting:
            client, _ = self._checked({**values, **waiting})
        if client is None:
            told = problem.partition(": ")[2]
            alone = told.startswith(f"{path} is ")
            self._waiting = waiting | ({path: values[path]} if path in values and not alone else {})
            self._refuse(path, text, sentence() if alone else _labelled(told))
            return
        flat = _flat(client)
        settled = {path, *(key for key in waiting if key in flat)}
        self._waiting = {key: value for key, value in waiting.items() if key not in settled}
        self.refused = {key: typed for key, typed in self.refused.items() if key not in settled}
        self.errors = {key: told for key, told in self.errors.items() if key not in settled}
        if flat != self.values:
            # A slider that is dragged is one step back, not a hundred.
            same = path == self._last and self.can_undo and not self.can_redo
            self._history = [*self._history[: self._place + (not same)], flat][-STEPS_BACK:]
            self._place, self._last = len(self._history) - 1, path
            self._take(flat)

    def _checked(self, values: dict[str, Any]) -> tuple[ClientFile | None, str]:
        try:
            return check_client(_nested(values)), ""
        except InputError as error:
            return None, str(error)

    def _go(self, steps: int) -> None:
        place = self._place + steps
        if 0 <= place < len(self._history):
            self._place = place
            self._fresh()
            self._take(self._history[place])

    def _show(self, flat: dict[str, Any]) -> None:
        self._fresh()
        self._history, self._place = [*self._history[: self._place + 1], flat], self._place + 1
        self._take(flat)

    def _fresh(self) -> None:
        self.errors, self.refused, self._waiting, self._last = {}, {}, {}, ""

    def _take(self, flat: dict[str, Any]) -> None:
        self.values = flat
        self.unsaved = flat != self._saved
        self._decide()

    def _decide(self) -> None:
        """Decide at once, and look for what would change it when there is time."""
        with self._problems_shown():
            self._steps = steps = deciding(self.client)
            self.problem, self.decision = "", next(steps)
            self._later(lambda: self._go_on(steps))

    def _go_on(self, steps: Iterator[Decision | None]) -> None:
        if steps is not self._steps:
            return
        with self._problems_shown():
            for made in steps:
                if made is None:
                    self._later(lambda: self._go_on(steps))
                    return
                self.decision = made

    @contextmanager
    def _problems_shown(self) -> Iterator[None]:
        try:
            yield
        except InputError as error:
            self.decision, self.problem = None, str(error)
        except Exception as error:
            # JupyterLab shows a callback's error nowhere, so the page says it before it goes on its way.
            self.decision, self.problem = None, f"Unexpected {type(error).__name__}: {error}"
            raise


def stored(path: Path) -> dict[str, Any]:
    """Return the answered fields of a client file by dotted path. Raises :class:`InputError` where it is refused."""
    return _flat(load_client(path))


def written_into(path: Path, values: dict[str, Any]) -> None:
    """Write answers into a client file; whatever else stands in it stays, and nothing (``None``, ``[]``) goes out.

    Raises:
        InputError: a sample client, or a value that is not allowed.
    """
    if is_sample(path):
        raise InputError("A sample client stays as it is: make a copy on the start page, and go on there.")
    kept = {key: value for key, value in (stored(path) | values).items() if value not in (None, [])}
    save_client(check_client(_nested(kept)), path)


def _spec(path: str) -> FieldSpec:
    if path not in field_specs():
        raise KeyError(f"{path} is not a field of the client file")
    return field_specs()[path]


def _labelled(sentence: str) -> str:
    """Call the fields that a check names by their labels."""
    for path, spec in field_specs().items():
        sentence = re.sub(rf"\b{re.escape(path)}\b", f"“{spec.label}”", sentence)
    return sentence


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    paths = sorted(before.keys() | after.keys())
    return {path: (before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)}


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
