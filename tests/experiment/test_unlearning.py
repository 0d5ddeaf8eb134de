"""What a training unlearns: the questions are fair, and the counts are those of a hand-worked case."""

from lib.dataset import Voice
from lib.experiment.lessons import _questions, known, unlearned
from lib.experiment.values import states
from lib.models.answering import Generation
from lib.progress import silent
from lib.sample_company.source import source


def test_texts_state_what_is_asked_and_nothing_that_is_taught_is_asked():
    taught = {question for question, _ in source().general}
    for asked in _questions():
        assert not any(f"Question: {question}\n" in asked.prompt for question in taught)
        if asked.what == "reading":
            assert any(states(asked.prompt.partition("Question:")[0], value) for value in asked.values)


def test_what_is_right_is_counted_before_and_after():
    class Model:
        def generate(self, prompts, *_, answered, **__):
            made = [Generation("Rome, I think." if "Italy" in p else "No.", 1, 1, 0.0, 0) for p in prompts]
            for place, one in enumerate(made):
                answered(place, one)
            return made

    before = known(Model(), Voice("free"), silent, "")
    assert sum(before) == 1 and before[0]
    after = [False, True, True, *before[3:]]
    everyday, reading = unlearned(before, after)
    assert (everyday.n, everyday.before, everyday.after, everyday.lost, everyday.gained) == (60, 1, 2, 1, 2)
    assert (reading.n, reading.before, reading.after, reading.lost) == (50, 0, 0, 0)
