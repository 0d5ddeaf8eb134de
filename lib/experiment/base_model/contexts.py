"""Training contexts: what a prompt of the experiment looks like, about other fictional companies.

A context is a list of turns. Each turn has its own documents (or none), a question and the ideal answer
to it given everything that stands before. Together the layouts cover what the arms will ask: documents
only, worked examples only, both, neither.
"""

import random
from dataclasses import dataclass

from lib.experiment.prompts import Example, build_prompt, completion
from lib.experiment.world import JSON, PLAIN, Document, Voice, other_company
from lib.experiment.world.company import Company, Thing
from lib.experiment.world.facts import ATTRIBUTES, Hop, refusal
from lib.experiment.world.voice import random_voice
from lib.experiment.world.words import ADJECTIVES, NOUNS

INSTRUCTIONS = (
    "Answer the question.",
    "Answer from the documents.",
    "Answer from the documents. If they do not say, answer: I do not know.",
    "Answer in the style of the examples.",
)


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


@dataclass(frozen=True)
class Mix:
    """What share of the contexts, and of their questions, is of which sort (0 to 1 each)."""

    plain: float = 0.35
    json: float = 0.2
    unanswerable: float = 0.33
    multi_hop: float = 0.12
    shared_pages: float = 0.45
    examples_then_pages: float = 0.25
    pages_each: float = 0.15
    documents: tuple[int, ...] = (1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 6, 8, 11)


EASY = Mix(
    plain=0.8, json=0, unanswerable=0.2, multi_hop=0.03, shared_pages=1, examples_then_pages=0, documents=(1, 2, 2, 4)
)
FULL = Mix()


def make_context(generator: random.Random, mix: Mix) -> Context:
    """Make one context of a new company."""
    return _Writer(generator, mix).write()


@dataclass
class _Asked:
    """A question before it is put in a voice."""

    question: str
    sentence: str
    value: str
    document_id: str


class _Writer:
    def __init__(self, generator: random.Random, mix: Mix) -> None:
        self.generator = generator
        self.mix = mix
        self.company: Company = other_company(generator.getrandbits(48), generator.choice([8, 10, 12]))
        self.things = list(self.company.things)
        self.known: list[Thing] = []
        self.asked: set[str] = set()
        self.turns: list[Turn] = []
        draw = generator.random()
        self.voice = PLAIN if draw < mix.plain else JSON if draw < mix.plain + mix.json else self._voice()
        self.instructions = ""
        if self.voice.style != "plain" and generator.random() < 0.35:
            self.instructions = self.voice.instructions
        elif generator.random() < 0.25:
            self.instructions = generator.choice(INSTRUCTIONS)
        # A style can be followed once it has been told or shown.
        self.style_known = self.voice.style == "plain" or self.instructions == self.voice.instructions

    def write(self) -> Context:
        mix, draw = self.mix, self.generator.random()
        if draw < mix.shared_pages:
            self._shared_pages()
        elif draw < mix.shared_pages + mix.examples_then_pages:
            self._examples_then_pages()
        elif draw < mix.shared_pages + mix.examples_then_pages + mix.pages_each:
            self._pages_each()
        else:
            self._no_pages()
        return Context(self.instructions, tuple(self.turns))

    def _shared_pages(self) -> None:
        """One set of pages, then several questions on it."""
        documents = self._take(self.generator.choice(self.mix.documents))
        for number in range(self.generator.randint(4, 9)):
            self._turn(self._any_question(), documents if number == 0 else ())

    def _examples_then_pages(self) -> None:
        """Examples whose pages are not shown, then pages, then one to five questions."""
        examples = self._unseen_examples(self.generator.randint(1, 4))
        documents = self._take(self.generator.choice(self.mix.documents))
        for number in range(self.generator.randint(1, 5)):
            again = examples and self.generator.random() < 0.06
            asked = self._ask_again(examples.pop()) if again else self._any_question()
            self._turn(asked, documents if number == 0 else ())

    def _pages_each(self) -> None:
        """Every example after its own pages, and so the question."""
        for _ in range(self.generator.randint(2, 4)):
            documents = self._take(self.generator.choice([1, 1, 2, 2, 3]))
            self._turn(self._any_question(recent=len(documents)), documents)

    def _no_pages(self) -> None:
        """No page at all: only what an example has told can be answered."""
        examples = self._unseen_examples(self.generator.choice([0, 1, 2, 3, 4, 6, 8]))
        for _ in range(self.generator.randint(1, 2)):
            tell = examples and self.generator.random() < 0.4
            self._turn(self._ask_again(examples.pop()) if tell else self._stranger())

    def _unseen_examples(self, count: int) -> list[tuple[Thing, str]]:
        """Write ``count`` examples about pages that are not shown; give the facts that they told."""
        told = []
        for _ in range(count):
            thing = self.generator.choice(self.things)
            attribute = self.generator.choice(list(thing.facts))
            asked = self._stranger() if self.generator.random() < 0.15 else self._fact(thing, attribute)
            if asked.value:
                told.append((thing, attribute))
            self._turn(asked, learn=False)
        # What was told by an example is not asked as unknown later.
        shown = {thing.document_id for thing, _ in told}
        self.things = [thing for thing in self.things if thing.document_id not in shown]
        return told

    def _ask_again(self, fact: tuple[Thing, str]) -> _Asked:
        return self._fact(*fact)

    def _take(self, count: int) -> tuple[Document, ...]:
        """Show the pages of ``count`` more things, of a thing and its team together where possible."""
        chosen = self.generator.sample(self.things, min(count, len(self.things)))
        names = {thing.name: thing for thing in self.things}
        team = names.get(chosen[0].facts.get("team", "")) if chosen else None
        if team is not None and team not in chosen and len(chosen) > 1:
            chosen[-1] = team
            self.generator.shuffle(chosen)
        self.things = [thing for thing in self.things if thing not in chosen]
        self.known += chosen
        return tuple(thing.document() for thing in chosen)

    def _any_question(self, recent: int = 0) -> _Asked:
        known = self.known[-recent:] if recent else self.known
        draw = self.generator.random()
        if not known or draw < self.mix.unanswerable:
            return self._unanswerable(known)
        if draw < self.mix.unanswerable + self.mix.multi_hop:
            hops = [hop for hop in self.company.hops() if hop[0] in known and hop[1] in known]
            if hops:
                return self._hop(*self.generator.choice(hops))
        for _ in range(6):
            thing = self.generator.choice(known)
            asked = self._fact(thing, self.generator.choice(list(thing.facts)))
            if asked.sentence not in self.asked:
                break
        return asked

    def _unanswerable(self, known: list[Thing]) -> _Asked:
        draw = self.generator.random()
        if known and draw < 0.6:
            thing = self.generator.choice(known)
            return self._unknown(thing, self.generator.choice(thing.missing))
        if known and draw < 0.65:
            hops = [hop for hop in self.company.hops() if hop[0] in known and hop[1] not in self.known]
            if hops:
                thing, _, hop = self.generator.choice(hops)
                sentence = refusal(hop.sentence).format(n=thing.name, t=thing.facts["team"])
                return _Asked(self.generator.choice(hop.questions).format(n=thing.name), sentence, "", "")
        return self._stranger()

    def _stranger(self) -> _Asked:
        """Ask about a thing whose page is not shown."""
        if not self.things:
            thing = self.generator.choice(self.known)
            return self._unknown(thing, self.generator.choice(thing.missing))
        thing = self.generator.choice(self.things)
        return self._unknown(thing, self.generator.choice(list(thing.facts)))

    def _unknown(self, thing: Thing, attribute: str) -> _Asked:
        return _Asked(thing.question(attribute, self._template(attribute)), thing.refusal(attribute), "", "")

    def _fact(self, thing: Thing, attribute: str) -> _Asked:
        question = thing.question(attribute, self._template(attribute))
        return _Asked(question, thing.answer(attribute), thing.facts[attribute], thing.document_id)

    def _hop(self, thing: Thing, team: Thing, hop: Hop) -> _Asked:
        value = team.facts[hop.attribute.name]
        question = self.generator.choice(hop.questions).format(n=thing.name)
        return _Asked(question, hop.sentence.format(n=thing.name, t=team.name, v=value), value, team.document_id)

    def _template(self, attribute: str) -> int:
        return self.generator.randrange(len(ATTRIBUTES[attribute].questions))

    def _turn(self, asked: _Asked, documents: tuple[Document, ...] = (), learn: bool = True) -> None:
        self.asked.add(asked.sentence)
        opening, ending = self.voice.render("@", asked.document_id).split("@")
        self.turns.append(
            Turn(documents, asked.question, opening, asked.sentence, ending, asked.value, learn and self.style_known)
        )
        self.style_known = True

    def _voice(self) -> Voice:
        return random_voice(self.generator, _WORDS)


_WORDS = [*ADJECTIVES, *NOUNS]


def context_text(context: Context) -> str:
    """Give the whole text of a context."""
    *earlier, last = context.turns
    examples = [Example(turn.question, turn.answer, turn.documents) for turn in earlier]
    return build_prompt(last.question, last.documents, examples, context.instructions) + completion(last.answer)
