"""The commands of ``python -m lib``.

For: parsing what was typed, and printing what the rooms below give.
May import: everything but forms.
"""
