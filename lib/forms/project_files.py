"""The client files of the project, and how a path is written for people."""

from pathlib import Path

from lib.paths import CLIENTS, PROJECT


def client_files() -> list[tuple[str, Path]]:
    """Give the client files of the project, each with the name under which it is picked."""
    return [(path.stem.replace("-", " "), path) for path in sorted(CLIENTS.glob("*.yaml"))]


def shown_path(path: Path | None) -> str:
    """Write a path relative to the project folder where it lies inside."""
    if path is None:
        return ""
    return path.relative_to(PROJECT).as_posix() if path.is_relative_to(PROJECT) else str(path)
