"""What is asked in a training context, and what the ideal answer is given the passages shown before."""

import random
from dataclasses import dataclass

from lib.experiment.base_model.mix import Mix
from lib.experiment.base_model.passages import cut_out, laid_out, shortened
from lib.experiment.world import Document
from lib.experiment.world.company import Company, Thing
from lib.experiment.world.facts import ATTRIBUTES, HOPS, KINDS, Hop, refusal

Shown = list[tuple[Thing, frozenset[str]]]


@dataclass
class Asked:
    """A question and its answer before it is put in a voice; ``value`` is "" in a refusal."""

    question: str
    sentence: str
    value: str
    document_id: str


class Questions:
    """Passages of one company's pages, and questions on what they state or leave open.

    ``things`` are those that nothing has been said about yet; ``shown`` is what the passages so far state, by thing.
    """

    def __init__(self, generator: random.Random, mix: Mix, company: Company) -> None:
        """Begin with nothing shown."""
        self.generator = generator
        self.mix = mix
        things = tuple(shortened(generator, thing) for thing in company.things) if mix.short else company.things
        self.company = Company(company.name, things)
        self.things = list(things)
        self.shown: Shown = []
        self.asked: set[str] = set()

    def take(self, count: int) -> tuple[Document, ...]:
        """Show ``count`` more passages, of a thing and its team together where possible."""
        chosen = self.generator.sample(self.things, min(count, len(self.things)))
        names = {thing.name: thing for thing in self.things}
        team = names.get(chosen[0].facts.get("team", "")) if chosen else None
        wanted: dict[str, str] = {}
        if team is not None and self.generator.random() < 0.8:
            wanted[chosen[0].document_id] = "team"
            if team not in chosen and len(chosen) > 1 and self.generator.random() < 0.85:
                chosen[-1] = team
                wanted[team.document_id] = self.generator.choice(HOPS).attribute.name
                rivals = [thing for thing in self.things if thing.kind == "team" and thing not in chosen]
                if rivals and len(chosen) > 2 and self.generator.random() < 0.6:
                    # Another team's page says the same of that team: only the bridge tells which one counts.
                    chosen[-2] = rivals[0]
                    wanted[rivals[0].document_id] = wanted[team.document_id]
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

    def any_question(self, shown: Shown | None = None) -> Asked:
        """Ask about what ``shown`` (or all that has been shown) states or leaves open, not twice the same if possible."""
        shown = self.shown if shown is None else shown
        facts = [(thing, name) for thing, names in shown for name in sorted(names)]
        draw = self.generator.random()
        if not facts or draw < self.mix.unanswerable:
            return self._unanswerable(shown)
        if draw < self.mix.unanswerable + self.mix.multi_hop and (hops := self._hops(shown, told=True)):
            return self._hop(*self.generator.choice(hops))
        for _ in range(6):
            asked = self.fact(*self.generator.choice(facts))
            if asked.sentence not in self.asked:
                break
        return asked

    def _hops(self, shown: Shown, told: bool) -> list[tuple[Thing, Thing, Hop]]:
        """List the two-page questions whose bridge is shown, and whose second fact is (``told``) or is not."""
        stated = {thing.document_id: names for thing, names in shown}
        everything = {thing.document_id: names for thing, names in self.shown}
        return [
            (thing, team, hop)
            for thing, team, hop in self.company.hops()
            if "team" in stated.get(thing.document_id, ())
            and (hop.attribute.name in (stated if told else everything).get(team.document_id, ())) == told
        ]

    def _unanswerable(self, shown: Shown) -> Asked:
        draw = self.generator.random()
        if shown and draw < 0.55:
            thing, names = self.generator.choice(shown)
            hidden = [attribute.name for attribute in KINDS[thing.kind] if attribute.name not in names]
            return self.unknown(thing, self.generator.choice(hidden)) if hidden else self.stranger()
        if draw < 0.7 and (hops := self._hops(shown, told=False)):
            thing, _, hop = self.generator.choice(hops)
            sentence = refusal(hop.sentence).format(n=thing.name, t=thing.facts["team"])
            return Asked(self.generator.choice(hop.questions).format(n=thing.name), sentence, "", "")
        if draw < 0.76:
            # Not even the team can be told.
            bare = [thing for thing, names in shown if "team" not in names and ATTRIBUTES["team"] in KINDS[thing.kind]]
            bare += [thing for thing in self.things if ATTRIBUTES["team"] in KINDS[thing.kind]]
            if bare:
                thing, hop = self.generator.choice(bare), self.generator.choice(HOPS)
                question = self.generator.choice(hop.questions).format(n=thing.name)
                return Asked(question, thing.refusal("team"), "", "")
        return self.stranger()

    def stranger(self) -> Asked:
        """Ask about a thing whose page is not shown."""
        if not self.things:
            thing, names = self.generator.choice(self.shown)
            hidden = [attribute.name for attribute in KINDS[thing.kind] if attribute.name not in names]
            return self.unknown(thing, self.generator.choice(hidden))
        thing = self.generator.choice(self.things)
        return self.unknown(thing, self.generator.choice(list(thing.facts)))

    def unknown(self, thing: Thing, attribute: str) -> Asked:
        """Ask for an attribute that nothing in the context tells."""
        return Asked(thing.question(attribute, self._template(attribute)), thing.refusal(attribute), "", "")

    def fact(self, thing: Thing, attribute: str) -> Asked:
        """Ask for one of the thing's facts."""
        question = thing.question(attribute, self._template(attribute))
        return Asked(question, thing.answer(attribute), thing.facts[attribute], thing.document_id)

    def _hop(self, thing: Thing, team: Thing, hop: Hop) -> Asked:
        value = team.facts[hop.attribute.name]
        question = self.generator.choice(hop.questions).format(n=thing.name)
        return Asked(question, hop.sentence.format(n=thing.name, t=team.name, v=value), value, team.document_id)

    def _template(self, attribute: str) -> int:
        return self.generator.randrange(len(ATTRIBUTES[attribute].questions))
