"""What the training contexts are mixed of, in the stages of the curriculum that ask questions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mix:
    """What share of the contexts, and of their questions, is of which sort (0 to 1 each).

    ``passages`` are the numbers of passages shown at once, each as likely as the others; ``questions`` the least
    and the most questions on one set of passages. With ``short``, every page is one paragraph of prose.
    """

    plain: float = 0.35
    json: float = 0.2
    unanswerable: float = 0.33
    multi_hop: float = 0.25
    shared_pages: float = 0.45
    examples_then_pages: float = 0.25
    pages_each: float = 0.1
    retrieved_examples: float = 0.13
    passages: tuple[int, ...] = (1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 6)
    questions: tuple[int, int] = (6, 12)
    short: bool = False


EASY = Mix(
    plain=0.8,
    json=0,
    unanswerable=0.2,
    multi_hop=0.03,
    shared_pages=1,
    examples_then_pages=0,
    passages=(1, 2, 2, 4),
    short=True,
)
# To tell which value is whose is learnt on short pages, many of which fit in one context; then the forms of real pages
# are learnt in minutes. Learnt on those forms from the beginning, it took several times as long.
SHORT = Mix(passages=(1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 6, 8), short=True)
FULL = Mix()
