"""What decides a run's result beside its configuration: the experiment's version, and the packages'.

Raise ``EXPERIMENT_VERSION`` when the same configuration may give other answers or scores than before: another prompt,
another way to train, cut, search or score. Comments, names, pages and charts leave it as it is, and with it every
stored run.
"""

import importlib.metadata
import platform

EXPERIMENT_VERSION = 4

_PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "sentence-transformers",
    "chonkie",
    "pgvector",
    "ir-measures",
    "sacrebleu",
    "rapidfuzz",
)


def package_versions() -> dict[str, str]:
    """Return the packages whose change may change a result, with their versions, and Python's."""
    return {name: importlib.metadata.version(name) for name in _PACKAGES} | {"python": platform.python_version()}
