"""``python -m lib``: the workbook's commands."""

import gc
import os

# A command loads thousands of lasting objects: looking through them for garbage took 6 % of a decision.
gc.set_threshold(100_000)
# Pydantic looks for plugins among all installed packages; the workbook uses none, and a decision would wait for it.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from lib.commands.group import main

main()
