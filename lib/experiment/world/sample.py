"""The sample company that the experiment runs on, and what is asked about it."""

import random
from dataclasses import replace

from lib.errors import InputError
from lib.experiment.world import words
from lib.experiment.world.company import FACTS_PER_PAGE, Company, Thing, make_company
from lib.experiment.world.facts import ATTRIBUTES, EVALUATION_TEMPLATE
from lib.experiment.world.types import Question, Sample, TrainingPair
from lib.experiment.world.voice import BRAND, Voice

CHANGED_ON = "2026-09-01"
TRAINING_TEMPLATES = 3


def sample_company(
    seed: int = 0,
    documents: int = 300,
    questions_per_kind: int = 100,
    training_pairs: int = 375,
    voice: Voice = BRAND,
) -> Sample:
    """Make the fictional company's help centre, its training pairs and its evaluation questions.

    Split by fact. A ``seen_fact`` is in a training pair, in other words; a ``document_fact`` and a
    ``multi_hop`` as such are in no pair; a ``changed_fact`` is in a pair with its old value, and its new value is
    in no pair; what is ``unanswerable`` is on no page. No question, and no question template of a kind
    of question, is shared by training and evaluation.

    ``questions_per_kind`` holds for each of the five kinds (``multi_hop``: as many as there are, at most
    that). Raises ``InputError`` where the pages are too few for that, or the pairs.
    """
    asked = 2 * questions_per_kind
    refusals, hops = training_pairs // 8, training_pairs // 20
    others = training_pairs - asked - refusals - hops
    if others < 0:
        least = -(-asked * 40 // 33)
        raise InputError(
            f"training_pairs {training_pairs} is too few for questions_per_kind {questions_per_kind}: at least {least}"
        )
    needed = 3 * questions_per_kind + others
    # Two pages in three have two facts of a sort that may change, or more.
    least = max(-(-needed * 5 // (4 * FACTS_PER_PAGE)), -(-questions_per_kind * 3 // 2))
    if not least <= documents <= len(_PAIRS) // 2:
        raise InputError(
            f"documents {documents} cannot hold {needed} separate facts: allowed are {least} to {len(_PAIRS) // 2}"
        )
    return _Maker(seed, documents, voice).make(questions_per_kind, others, refusals, hops)


_PAIRS = words.name_pairs(reserved=True)


class _Maker:
    """Deals the company's facts out to training and evaluation, each fact to one use."""

    def __init__(self, seed: int, documents: int, voice: Voice) -> None:
        self.seed = seed
        self.voice = voice
        self.generator = random.Random(f"sample company {seed}")
        pairs = list(_PAIRS)
        self.generator.shuffle(pairs)
        self.before: Company = make_company(self.generator, pairs[:documents], documents)
        self.absent_names = [" ".join(pair) for pair in pairs[documents:]]
        self.today = {thing.document_id: thing for thing in self.before.things}
        facts = [(thing, attribute) for thing in self.before.things for attribute in thing.facts]
        self.generator.shuffle(facts)
        # What is asked about single pages has many possible values, for all three kinds alike: a new value can
        # be told from every old one, and a gap between kinds is not one between attributes. Dealt first.
        self.facts = sorted(facts, key=lambda fact: not ATTRIBUTES[fact[1]].wide)
        self.pairs: list[TrainingPair] = []
        self.questions: list[Question] = []

    def make(self, per_kind: int, others: int, refusals: int, hops: int) -> Sample:
        changing, seen, fresh = ([self.facts.pop(0) for _ in range(per_kind)] for _ in range(3))
        self.generator.shuffle(self.facts)
        for thing, attribute in [*seen, *changing, *(self.facts.pop() for _ in range(others))]:
            template = self.generator.randrange(TRAINING_TEMPLATES)
            self._pair(thing.question(attribute, template), thing.answer(attribute), (thing.document_id,))
        crossings = self.before.hops()
        self.generator.shuffle(crossings)
        # A hop of training states two facts; neither may be one that is asked as in no pair.
        untold = {(thing.document_id, attribute) for thing, attribute in fresh}
        crossings.sort(
            key=lambda crossing: (
                (crossing[0].document_id, "team") in untold
                or (crossing[1].document_id, crossing[2].attribute.name) in untold
            )
        )
        for thing, team, hop in crossings[:hops]:
            question = self.generator.choice(hop.questions[:EVALUATION_TEMPLATE]).format(n=thing.name)
            sentence = hop.sentence.format(n=thing.name, t=team.name, v=team.facts[hop.attribute.name])
            self._pair(question, sentence, (thing.document_id, team.document_id))
        unanswered = self._unanswerable(refusals + per_kind)
        for thing, attribute in unanswered[:refusals]:
            self._pair(
                thing.question(attribute, self.generator.randrange(TRAINING_TEMPLATES)), thing.refusal(attribute), ()
            )

        self._change(changing)
        for thing, attribute in seen:
            self._ask("seen_fact", thing, attribute)
        for thing, attribute in fresh:
            self._ask("document_fact", thing, attribute)
        for thing, attribute in changing:
            self._ask("changed_fact", self.today[thing.document_id], attribute, thing.facts[attribute])
        for thing, attribute in unanswered[refusals:]:
            question = thing.question(attribute, EVALUATION_TEMPLATE)
            self._question("unanswerable", question, thing.refusal(attribute), (), "", attribute)
        for thing, team, hop in crossings[hops : hops + per_kind]:
            # The team's page may have changed since; a hop is asked of today's pages.
            value = self.today[team.document_id].facts[hop.attribute.name]
            name = self.today[thing.document_id].name
            self._question(
                "multi_hop",
                hop.questions[EVALUATION_TEMPLATE].format(n=name),
                hop.sentence.format(n=name, t=team.name, v=value),
                (thing.document_id, team.document_id),
                value,
                hop.attribute.name,
            )
        self.generator.shuffle(self.pairs)
        self.generator.shuffle(self.questions)
        return Sample(
            name=self.before.name,
            documents=tuple(thing.document() for thing in self.today.values()),
            documents_at_training=self.before.documents(),
            questions=tuple(self.questions),
            training_pairs=tuple(self.pairs),
            voice=self.voice,
            seed=self.seed,
        )

    def _change(self, facts: list[tuple[Thing, str]]) -> None:
        """Give each fact a value that no training answer contains."""
        told = " ".join(pair.answer for pair in self.pairs) + " "
        for thing, attribute in facts:
            value = thing.facts[attribute]
            while f" {value}" in told or value in self.today[thing.document_id].facts.values():
                value = ATTRIBUTES[attribute].value(self.generator)
            self.today[thing.document_id] = self.today[thing.document_id].changed(attribute, value, CHANGED_ON)

    def _unanswerable(self, count: int) -> list[tuple[Thing, str]]:
        """Two in three: what a page does not say of a thing that has one; one in three: no such thing."""
        gaps = [(thing, attribute) for thing in self.before.things for attribute in thing.missing]
        self.generator.shuffle(gaps)
        strangers = []
        for name in self.generator.sample(self.absent_names, count // 3):
            like = self.generator.choice(self.before.things)
            stranger = replace(like, name=f"{name} {like.kind}")
            strangers.append((stranger, self.generator.choice(list(like.facts))))
        dealt = [*gaps[: count - len(strangers)], *strangers]
        self.generator.shuffle(dealt)
        return dealt

    def _pair(self, question: str, sentence: str, ids: tuple[str, ...]) -> None:
        self.pairs.append(TrainingPair(question, self.voice.render(sentence, ids[-1] if ids else ""), ids))

    def _ask(self, kind: str, thing: Thing, attribute: str, old_value: str = "") -> None:
        question = thing.question(attribute, EVALUATION_TEMPLATE)
        value = thing.facts[attribute]
        self._question(kind, question, thing.answer(attribute), (thing.document_id,), value, attribute, old_value)

    def _question(
        self, kind: str, text: str, sentence: str, ids: tuple[str, ...], value: str, attribute: str, old_value: str = ""
    ) -> None:
        number = sum(question.kind == kind for question in self.questions) + 1
        answer = self.voice.render(sentence, ids[-1] if ids else "")
        self.questions.append(Question(f"{kind}-{number:03d}", text, answer, kind, ids, value, attribute, old_value))
