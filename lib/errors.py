"""The one exception that bad input raises, and nothing else."""

from lib.text import inert


class InputError(ValueError):
    """Input that cannot be used. Its text is one clear sentence: file, key, value, what is allowed.

    Commands print the text and leave with exit status 2; forms show it beside the field. What would steer a
    terminal (a key or a file name from outside may hold it) stands in it as its escape.
    """

    def __init__(self, sentence: str = "") -> None:
        """Take the sentence."""
        super().__init__(inert(sentence).replace("\n", "\\n"))

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook, without a traceback."""
        return [str(self)]
