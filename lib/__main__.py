"""``python -m lib``: the workbook's commands."""

import os

# Pydantic looks for plugins among all installed packages; the workbook uses none, and a decision would wait for it.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from lib.commands.group import main

main()
