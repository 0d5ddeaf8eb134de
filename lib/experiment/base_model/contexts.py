"""Training contexts: what a prompt of the experiment looks like, about other fictional companies.

A context is a list of turns. Each turn has its own documents (or none), a question and the ideal answer
to it given everything that stands before. Together the layouts cover what the arms will ask: documents
only, worked examples only, both, neither.
"""

import random
from dataclasses import dataclass

from lib.experiment.base_model.passages import cut_out, laid_out
from lib.experiment.prompts import Example, build_prompt, completion
from lib.experiment.world import JSON, PLAIN, Document, Voice, other_company
from lib.experiment.world.company import Company, Thing
from lib.experiment.world.facts import ATTRIBUTES, HOPS, KINDS, Hop, refusal
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
    """What share of the contexts, and of their questions, is of which sort (0 to 1 each).

    ``passages`` are the numbers of passages shown at once, each as likely as the others; ``questions`` the least
    and the most questions on one set of passages.
    """

    plain: float = 0.35
    json: float = 0.2
    unanswerable: float = 0.33
    multi_hop: float = 0.25
    shared_pages: float = 0.45
    examples_then_pages: float = 0.25
    pages_each: float = 0.1
    retrieved_examples: float = 0.13
    passages: tuple[int, ...] = (1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6)
    questions: tuple[int, int] = (5, 10)


EASY = Mix(
    plain=0.8,
    json=0,
    unanswerable=0.2,
    multi_hop=0.03,
    shared_pages=1,
    examples_then_pages=0,
    passages=(1, 2, 2, 3, 4),
    questions=(5, 10),
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
        # Things that nothing has been said about yet, and what the passages shown so far state of the others.
        self.things = list(self.company.things)
        self.shown: list[tuple[Thing, frozenset[str]]] = []
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
        documents = self._take(self.generator.choice(self.mix.passages))
        for number in range(self.generator.randint(*self.mix.questions)):
            self._turn(self._any_question(), documents if number == 0 else ())

    def _examples_then_pages(self) -> None:
        """Examples whose pages are not shown, then passages, then one to six questions.

        In one context of six the examples tell what was true once of things whose passages state something else.
        """
        outdated = self.generator.random() < 0.15
        examples = [] if outdated else self._unseen_examples(self.generator.randint(1, 4))
        things = list(self.things)
        documents = self._take(self.generator.choice(self.mix.passages))
        if outdated:
            self._outdated_examples(things)
        for number in range(self.generator.randint(1, 6)):
            again = examples and self.generator.random() < 0.1
            asked = self._fact(*examples.pop()) if again else self._any_question()
            self._turn(asked, documents if number == 0 else ())

    def _outdated_examples(self, things: list[Thing]) -> None:
        """Answer some of what the passages state, each time with another value."""
        stated = [(thing, name) for thing, names in self.shown for name in sorted(names) if ATTRIBUTES[name].wide]
        for thing, attribute in self.generator.sample(stated, min(len(stated), self.generator.randint(1, 3))):
            value = ATTRIBUTES[attribute].value(self.generator)
            self._turn(self._fact(thing.changed(attribute, value, thing.updated), attribute), learn=False)
        if not self.turns:
            self._unseen_examples(1)

    def _pages_each(self) -> None:
        """Every example after its own passages, and so the question."""
        for _ in range(self.generator.randint(2, 4)):
            before = len(self.shown)
            documents = self._take(self.generator.choice([1, 1, 2, 2, 3]))
            self._turn(self._any_question(self.shown[before:]), documents)

    def _retrieved_examples(self) -> None:
        """Examples found for the question, and no page: about it, or about what is like it.

        Examples on one thing, or on one attribute of several things, and then questions of which some are
        answered by an example and others by none.
        """
        thing = self.generator.choice(self.things)
        attribute = self.generator.choice(list(thing.facts))
        same = [(thing, name) for name in thing.facts]
        like = [(other, attribute) for other in self.things if attribute in other.facts and other is not thing]
        others = [(other, self.generator.choice(list(other.facts))) for other in self.things if other is not thing]
        found = [*self._some(same, 3), *self._some(like, 3), *self._some(others, 2)]
        examples = self._some(found, 6) or same[:1]
        for fact in examples:
            self._turn(self._fact(*fact), learn=False)
        told = {(one.document_id, name) for one, name in examples}
        self.generator.shuffle(examples)
        for _ in range(self.generator.randint(1, 4)):
            if examples and self.generator.random() < 0.5:
                self._turn(self._fact(*examples.pop()))
                continue
            about = self.generator.choice([thing, thing, *self.things])
            names = [one.name for one in KINDS[about.kind] if (about.document_id, one.name) not in told]
            if names:
                self._turn(self._unknown(about, self.generator.choice(names)))

    def _some(self, items: list, most: int) -> list:
        return self.generator.sample(items, min(len(items), self.generator.randint(0, most)))

    def _no_pages(self) -> None:
        """No page at all: only what an example has told can be answered."""
        examples = self._unseen_examples(self.generator.choice([0, 1, 2, 3, 4, 6]))
        for _ in range(self.generator.randint(1, 2)):
            tell = examples and self.generator.random() < 0.4
            self._turn(self._fact(*examples.pop()) if tell else self._stranger())

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

    def _take(self, count: int) -> tuple[Document, ...]:
        """Show ``count`` more passages, of a thing and its team together where possible."""
        chosen = self.generator.sample(self.things, min(count, len(self.things)))
        names = {thing.name: thing for thing in self.things}
        team = names.get(chosen[0].facts.get("team", "")) if chosen else None
        wanted: dict[str, str] = {}
        if team is not None and self.generator.random() < 0.8:
            wanted[chosen[0].document_id] = "team"
            if team not in chosen and len(chosen) > 1 and self.generator.random() < 0.85:
                chosen[-1] = team
                wanted[team.document_id] = self.generator.choice(["lead", "city", "phone"])
        documents = []
        for thing in chosen:
            pieces = [cut_out(self.generator, thing, wanted.get(thing.document_id, ""))]
            if self.generator.random() < 0.12:
                # A search often finds two pieces of one page.
                pieces.append(cut_out(self.generator, thing))
            pieces = [
                sections for n, sections in enumerate(pieces) if not any(s in pieces[0] for s in sections) or not n
            ]
            self.shown.append((thing, frozenset().union(*(s.attributes for sections in pieces for s in sections))))
            documents += [laid_out(self.generator, thing.passage(sections)) for sections in pieces]
        self.generator.shuffle(documents)
        self.things = [thing for thing in self.things if thing not in chosen]
        return tuple(documents)

    def _any_question(self, shown: list[tuple[Thing, frozenset[str]]] | None = None) -> _Asked:
        shown = self.shown if shown is None else shown
        facts = [(thing, name) for thing, names in shown for name in sorted(names)]
        draw = self.generator.random()
        if not facts or draw < self.mix.unanswerable:
            return self._unanswerable(shown)
        if draw < self.mix.unanswerable + self.mix.multi_hop and (hops := self._hops(shown, told=True)):
            return self._hop(*self.generator.choice(hops))
        for _ in range(6):
            asked = self._fact(*self.generator.choice(facts))
            if asked.sentence not in self.asked:
                break
        return asked

    def _hops(self, shown: list[tuple[Thing, frozenset[str]]], told: bool) -> list[tuple[Thing, Thing, Hop]]:
        """List the two-page questions whose bridge is shown, and whose second fact is (``told``) or is not."""
        stated = {thing.document_id: names for thing, names in shown}
        everything = {thing.document_id: names for thing, names in self.shown}
        return [
            (thing, team, hop)
            for thing, team, hop in self.company.hops()
            if "team" in stated.get(thing.document_id, ())
            and (hop.attribute.name in (stated if told else everything).get(team.document_id, ())) == told
        ]

    def _unanswerable(self, shown: list[tuple[Thing, frozenset[str]]]) -> _Asked:
        draw = self.generator.random()
        if shown and draw < 0.55:
            thing, names = self.generator.choice(shown)
            hidden = [attribute.name for attribute in KINDS[thing.kind] if attribute.name not in names]
            return self._unknown(thing, self.generator.choice(hidden)) if hidden else self._stranger()
        if draw < 0.7 and (hops := self._hops(shown, told=False)):
            thing, _, hop = self.generator.choice(hops)
            sentence = refusal(hop.sentence).format(n=thing.name, t=thing.facts["team"])
            return _Asked(self.generator.choice(hop.questions).format(n=thing.name), sentence, "", "")
        if draw < 0.76:
            # Not even the team can be told.
            bare = [thing for thing, names in shown if "team" not in names and ATTRIBUTES["team"] in KINDS[thing.kind]]
            bare += [thing for thing in self.things if ATTRIBUTES["team"] in KINDS[thing.kind]]
            if bare:
                thing, hop = self.generator.choice(bare), self.generator.choice(HOPS)
                question = self.generator.choice(hop.questions).format(n=thing.name)
                return _Asked(question, thing.refusal("team"), "", "")
        return self._stranger()

    def _stranger(self) -> _Asked:
        """Ask about a thing whose page is not shown."""
        if not self.things:
            thing, names = self.generator.choice(self.shown)
            hidden = [attribute.name for attribute in KINDS[thing.kind] if attribute.name not in names]
            return self._unknown(thing, self.generator.choice(hidden))
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
