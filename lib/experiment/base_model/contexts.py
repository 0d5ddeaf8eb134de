"""Training contexts: what a prompt of the experiment looks like, about other fictional companies.

A context is a list of turns. Each turn has its own documents (or none), a question and the ideal answer
to it given everything that stands before. Together the layouts cover what the arms will ask: documents
only, worked examples only, both, neither.
"""

import random
from dataclasses import dataclass

from lib.experiment.base_model.mix import Mix
from lib.experiment.base_model.questions import Asked, Questions
from lib.experiment.prompts import Example, build_prompt, completion
from lib.experiment.world import JSON, PLAIN, Document, other_company
from lib.experiment.world.company import Thing
from lib.experiment.world.facts import ATTRIBUTES, KINDS
from lib.experiment.world.voice import random_voice
from lib.experiment.world.words import ADJECTIVES, NOUNS

INSTRUCTIONS = (
    "Answer the question.",
    "Answer from the documents.",
    "Answer from the documents. If they do not say, answer: I do not know.",
    "Answer in the style of the examples.",
)
MANY = 4


@dataclass(frozen=True)
class Turn:
    """One question and its ideal answer, ``opening + sentence + ending``, after its own ``documents``.

    ``value`` ends the sentence but for its full stop ("" in a refusal). ``learn`` is whether the model is
    trained to write this answer; it is not where the answer cannot be known from what stands before.
    """

    documents: tuple[Document, ...]
    question: str
    opening: str
    sentence: str
    ending: str
    value: str
    learn: bool

    @property
    def answer(self) -> str:
        """The whole answer."""
        return self.opening + self.sentence + self.ending


@dataclass(frozen=True)
class Context:
    """Instructions (or "") and turns."""

    instructions: str
    turns: tuple[Turn, ...]


def make_context(generator: random.Random, mix: Mix) -> Context:
    """Make one context of a new company."""
    return _Writer(generator, mix).write()


class _Writer:
    def __init__(self, generator: random.Random, mix: Mix) -> None:
        self.generator = generator
        self.mix = mix
        company = other_company(generator.getrandbits(48), generator.choice([8, 10, 12]))
        self.questions = Questions(generator, mix, company)
        self.turns: list[Turn] = []
        draw = generator.random()
        self.voice = (
            PLAIN if draw < mix.plain else JSON if draw < mix.plain + mix.json else random_voice(generator, _WORDS)
        )
        self.instructions = ""
        if self.voice.style != "plain" and generator.random() < 0.35:
            self.instructions = self.voice.instructions
        elif generator.random() < 0.25:
            self.instructions = generator.choice(INSTRUCTIONS)
        # A style can be followed once it has been told or shown.
        self.style_known = self.voice.style == "plain" or self.instructions == self.voice.instructions

    def write(self) -> Context:
        draw = self.generator.random()
        for share, layout in (
            (self.mix.shared_pages, self._shared_pages),
            (self.mix.examples_then_pages, self._examples_then_pages),
            (self.mix.pages_each, self._pages_each),
            (self.mix.retrieved_examples, self._retrieved_examples),
            (1.0, self._no_pages),
        ):
            if draw < share:
                layout()
                break
            draw -= share
        return Context(self.instructions, tuple(self.turns))

    def _shared_pages(self) -> None:
        """One set of passages, then several questions on it."""
        documents = self.questions.take(self.generator.choice(self.mix.passages))
        least, most = self.mix.questions
        if len(documents) > MANY:
            # Many passages leave little room: with fewer questions such contexts fit more often.
            least, most = least // 2, most // 2
        for number in range(self.generator.randint(least, most)):
            self._turn(self.questions.any_question(), documents if number == 0 else ())

    def _examples_then_pages(self) -> None:
        """Examples whose pages are not shown, then passages, then one to six questions.

        In one context of six the examples tell what was true once of things whose passages state something else.
        """
        outdated = self.generator.random() < 0.15
        examples = [] if outdated else self._unseen_examples(self.generator.randint(1, 4))
        documents = self.questions.take(self.generator.choice(self.mix.passages))
        if outdated:
            self._outdated_examples()
        for number in range(self.generator.randint(1, 6)):
            again = examples and self.generator.random() < 0.1
            asked = self.questions.fact(*examples.pop()) if again else self.questions.any_question()
            self._turn(asked, documents if number == 0 else ())

    def _outdated_examples(self) -> None:
        """Answer some of what the passages state, each time with another value."""
        stated = [
            (thing, name) for thing, names in self.questions.shown for name in sorted(names) if ATTRIBUTES[name].wide
        ]
        for thing, attribute in self.generator.sample(stated, min(len(stated), self.generator.randint(1, 3))):
            value = ATTRIBUTES[attribute].value(self.generator)
            self._turn(self.questions.fact(thing.changed(attribute, value, thing.updated), attribute), learn=False)
        if not self.turns:
            self._unseen_examples(1)

    def _pages_each(self) -> None:
        """Every example after its own passages, and so the question."""
        for _ in range(self.generator.randint(2, 4)):
            before = len(self.questions.shown)
            documents = self.questions.take(self.generator.choice([1, 1, 2, 2, 3]))
            self._turn(self.questions.any_question(self.questions.shown[before:]), documents)

    def _retrieved_examples(self) -> None:
        """Examples found for the question, and no page: about it, or about what is like it.

        Examples on one thing, or on one attribute of several things, and then questions of which some are
        answered by an example and others by none.
        """
        thing = self.generator.choice(self.questions.things)
        attribute = self.generator.choice(list(thing.facts))
        same = [(thing, name) for name in thing.facts]
        like = [
            (other, attribute) for other in self.questions.things if attribute in other.facts and other is not thing
        ]
        others = [
            (other, self.generator.choice(list(other.facts))) for other in self.questions.things if other is not thing
        ]
        found = [*self._some(same, 3), *self._some(like, 3), *self._some(others, 2)]
        examples = self._some(found, 6) or same[:1]
        for fact in examples:
            self._turn(self.questions.fact(*fact), learn=False)
        told = {(one.document_id, name) for one, name in examples}
        self.generator.shuffle(examples)
        for _ in range(self.generator.randint(1, 4)):
            if examples and self.generator.random() < 0.5:
                self._turn(self.questions.fact(*examples.pop()))
                continue
            about = self.generator.choice([thing, thing, *self.questions.things])
            names = [one.name for one in KINDS[about.kind] if (about.document_id, one.name) not in told]
            if names:
                self._turn(self.questions.unknown(about, self.generator.choice(names)))

    def _some(self, items: list, most: int) -> list:
        return self.generator.sample(items, min(len(items), self.generator.randint(0, most)))

    def _no_pages(self) -> None:
        """No page at all: only what an example has told can be answered."""
        examples = self._unseen_examples(self.generator.choice([0, 1, 2, 3, 4, 6]))
        for _ in range(self.generator.randint(1, 2)):
            tell = examples and self.generator.random() < 0.4
            self._turn(self.questions.fact(*examples.pop()) if tell else self.questions.stranger())

    def _unseen_examples(self, count: int) -> list[tuple[Thing, str]]:
        """Write ``count`` examples about pages that are not shown; give the facts that they told."""
        told = []
        for _ in range(count):
            thing = self.generator.choice(self.questions.things)
            attribute = self.generator.choice(list(thing.facts))
            asked = (
                self.questions.stranger() if self.generator.random() < 0.15 else self.questions.fact(thing, attribute)
            )
            if asked.value:
                told.append((thing, attribute))
            self._turn(asked, learn=False)
        # What was told by an example is not asked as unknown later.
        shown = {thing.document_id for thing, _ in told}
        self.questions.things = [thing for thing in self.questions.things if thing.document_id not in shown]
        return told

    def _turn(self, asked: Asked, documents: tuple[Document, ...] = (), learn: bool = True) -> None:
        self.questions.asked.add(asked.sentence)
        opening, ending = self.voice.render("@", asked.document_id).split("@")
        self.turns.append(
            Turn(documents, asked.question, opening, asked.sentence, ending, asked.value, learn and self.style_known)
        )
        self.style_known = True


_WORDS = [*ADJECTIVES, *NOUNS]


def context_text(context: Context) -> str:
    """Give the whole text of a context."""
    *earlier, last = context.turns
    examples = [Example(turn.question, turn.answer, turn.documents) for turn in earlier]
    return build_prompt(last.question, last.documents, examples, context.instructions) + completion(last.answer)
