"""The one exception that bad input raises, and nothing else."""


class InputError(ValueError):
    """Input that cannot be used. Its text is one clear sentence: file, key, value, what is allowed.

    Commands print the text and leave with exit status 2; forms show it beside the field.
    """
