"""The versions of the packages whose change may change a result."""

import importlib.metadata
import platform

_PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "sentence-transformers",
    "chonkie",
    "psycopg",
    "pgvector",
    "ir-measures",
    "sacrebleu",
    "statsmodels",
)


def package_versions() -> dict[str, str]:
    """Return package name to version, and Python's."""
    return {name: importlib.metadata.version(name) for name in _PACKAGES} | {"python": platform.python_version()}
