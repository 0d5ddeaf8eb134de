"""``python -m lib``: the workbook's commands."""

from lib.commands.group import main

main()
