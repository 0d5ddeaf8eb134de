"""Dealing the company's facts out to training and evaluation, each fact to one use."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from lib.dataset import KINDS, REFUSAL, Dataset, Question, TrainingPair, Voice
from lib.errors import InputError
from lib.sample_company.company import Fact, crossed, document, make_pages, notes, unused_value
from lib.sample_company.source import source

VOICE = Voice("brand", "Thanks for reaching out!", "Just reply if you need more.", "[{id}]")
REFUSING = f"{REFUSAL} Our help pages do not say."
# How many of each kind the reference run asks, and a quick one.
QUESTIONS = dict(zip(KINDS, (100, 100, 100, 100, 60, 50, 50), strict=True))
QUICK_QUESTIONS = dict(zip(KINDS, (15, 15, 25, 15, 10, 10, 10), strict=True))
DOCUMENTS = 300
# Of the pairs for tuning with pages, and of the closed-book ones.
_REFUSALS, _TWO_PAGE = 0.13, 0.06
_TAUGHT_REFUSALS = 0.06
_MENTIONED = 0.2  # of the changed facts stand in a note with their old value


def sample_company(
    seed: int = 0,
    documents: int = DOCUMENTS,
    questions: Mapping[str, int] = QUESTIONS,
    training_pairs: int = 400,
    wordings: int | None = None,
    voice: Voice = VOICE,
) -> Dataset:
    """Make the sample company: help centre, evaluation questions and what is trained with.

    Both adapters learn the same facts: ``training_pairs`` holds each of them once, ``taught`` in all its training
    wordings. A ``trained_wording`` question is asked word for word in both; ``new_wording`` and ``changed`` facts
    are in both, in other words and (changed) with the old value; ``document_only`` facts, the pairs of pages of
    ``two_page`` questions and whatever cannot be answered are in neither. All but ``trained_wording`` are asked in
    wordings that no training item uses.

    Args:
        seed: everything follows from it: values, what is left out, wordings, order.
        documents: pages of today's help centre. Above 300 the pages added are other partner spaces that nothing is
            asked about: questions and training stay as they are.
        questions: how many of each kind (``KINDS``); kinds that are missing are not asked. With the same sum of
            ``changed`` and ``new_wording``, the same facts are asked and a different share of them has changed.
        training_pairs: pairs for tuning with pages. About 13 % refuse and 6 % need two pages.
        wordings: training wordings of each fact in ``taught``; all (five or more) if not given.
        voice: how answers are worded; ``lib.dataset.JSON`` for the JSON variant.

    Raises:
        InputError: the pages cannot hold so many facts, or an argument is not a number allowed here.
    """
    for kind in questions:
        if kind not in KINDS:
            raise InputError(f"questions: {kind!r} is not a kind of question: allowed are {', '.join(KINDS)}")
    asked = {kind: questions.get(kind, 0) for kind in KINDS}
    if min(*asked.values(), training_pairs) < 0 or (wordings is not None and wordings < 1):
        raise InputError("questions, training_pairs: below 0 is not allowed; wordings: below 1 is not allowed")
    if not 60 <= documents <= 10_000:
        raise InputError(f"documents {documents}: allowed are 60 to 10,000 pages")
    return _Maker(seed, documents, voice).make(asked, training_pairs, wordings)


class _Maker:
    def __init__(self, seed: int, documents: int, voice: Voice) -> None:
        self.seed = seed
        self.voice = voice
        self.notes = 3 if documents >= 200 else 1
        self.pages = make_pages(seed, documents - self.notes)
        self.by_id = {page.id: page for page in self.pages}
        # Pages beyond these are only there to be searched.
        self.asked_of = self.pages[: DOCUMENTS - 3]
        self.targets = {(page.kind.kind, page.entity.name): page for page in self.pages}

    def _shuffled(self, what: str, things: Iterable) -> list:
        shuffled = list(things)
        random.Random(f"{self.seed} {what}").shuffle(shuffled)
        return shuffled

    def make(self, asked: Mapping[str, int], pairs: int, wordings: int | None) -> Dataset:
        refusals, two_page = round(pairs * _REFUSALS), round(pairs * _TWO_PAGE)
        facts = pairs - refusals - two_page
        others = facts - asked["trained_wording"] - asked["new_wording"] - asked["changed"]
        if pairs and others < 0:
            raise InputError(
                f"training_pairs {pairs}: about 81 % of them state a fact, and {facts - others} taught facts are asked"
            )
        crossings = self._crossings()
        crossed_asked = self._take(crossings, asked["two_page"], "two-page questions")
        reserved = {link for link, _, _ in crossed_asked}
        every = [fact for page in self.asked_of for fact in page.facts.values() if fact.stated]
        # Facts of all single-page kinds are alike: a gap between kinds is not one between sorts of facts.
        plain = [fact for fact in every if self._may_change(fact)]
        pool = self._shuffled("facts", plain)
        changing = self._take(pool, asked["changed"], "changed facts")
        anew = self._take(pool, asked["new_wording"], "facts in new wording")
        verbatim = self._take(pool, asked["trained_wording"], "facts in trained wording")
        untold = self._take(pool, asked["document_only"], "facts in the documents only")
        rest = pool + self._shuffled(
            "other facts", (fact for fact in every if not self._may_change(fact) and fact.id not in reserved)
        )
        taught = [*changing, *anew, *verbatim, *self._take(rest, max(0, others), "further taught facts")]

        changed: dict[str, Fact] = {}
        for fact in changing:
            page = self.by_id[fact.page_id]
            # Unlike every value on the page, and what others there have become.
            used = {each.then.core for each in page.facts.values() if each.stated}
            used |= {changed[each.id].now.core for each in page.facts.values() if each.id in changed}
            new = unused_value(fact.attribute, random.Random(f"{self.seed} {fact.id} new"), used)
            changed[fact.id] = replace(fact, now=new)
        unstated = (fact for page in self.asked_of for fact in page.facts.values() if not fact.stated)
        near, missing = self._shuffled("left out", unstated), self._missing()
        near_asked = self._take(near, asked["near_miss"], "questions about what pages leave out")
        missing_asked = self._take(missing, asked["missing"], "questions about what does not exist")

        questions = [
            *(self._question("trained_wording", fact, self._wording(fact)) for fact in verbatim),
            *(self._question("new_wording", fact, fact.asked_anew()) for fact in anew),
            *(self._question("document_only", fact, fact.asked_anew()) for fact in untold),
            *(self._question("changed", changed[fact.id], fact.asked_anew()) for fact in changing),
            *(question for _, question, _ in crossed_asked),
            *(self._unanswerable("missing", fact) for fact in missing_asked),
            *(self._unanswerable("near_miss", fact) for fact in near_asked),
        ]
        training = [self._pair(fact, self._wording(fact)) for fact in taught] if pairs else []
        training += [pair for _, _, pair in self._take(crossings, two_page, "two-page training pairs")]
        evaluated = {fact.id for fact in missing_asked}
        missing = [fact for fact in missing if fact.id not in evaluated]
        unknown = self._shuffled("refusals", [*near[: len(missing)], *missing])
        training += [self._refusal(fact) for fact in self._take(unknown, refusals, "refusals")]

        mentioned = changing[: round(len(changing) * _MENTIONED)]
        before = tuple(document(self.seed, page, {}) for page in self.pages)
        today = tuple(document(self.seed, page, changed) for page in self.pages)
        return Dataset(
            name="Loomstead help centre",
            documents=(*today, *notes(self.seed, self.notes, mentioned)),
            documents_at_training=before,
            questions=tuple(self._shuffled("questions", questions)),
            training_pairs=tuple(self._shuffled("pairs", training)),
            taught=tuple(self._taught(taught, unknown, wordings)),
            voice=self.voice,
            seed=self.seed,
            is_sample_company=True,
        )

    def _take(self, things: list, number: int, what: str) -> list:
        if number > len(things):
            raise InputError(f"documents {len(self.pages) + self.notes}: too few for {number} {what}, ask for fewer")
        taken = things[:number]
        del things[:number]
        return taken

    def _may_change(self, fact: Fact) -> bool:
        # What a second page is asked for stays as it is, so that those questions test the crossing alone.
        stays = fact.attribute.link or fact.attribute.fixed
        return not stays and (fact.kind, fact.id.rpartition(":")[2]) not in crossed()

    def _wording(self, fact: Fact) -> str:
        """Choose the training wording that the pair with pages, and a question in trained wording, uses."""
        return random.Random(f"{self.seed} {fact.id} wording").choice(fact.asked())

    def _pair(self, fact: Fact, wording: str) -> TrainingPair:
        answer = self.voice.render(fact.sentence(fact.then), fact.page_id)
        return TrainingPair(wording, answer, (fact.page_id,), fact.id, "fact")

    def _question(self, kind: str, fact: Fact, wording: str) -> Question:
        answer = self.voice.render(fact.sentence(fact.now), fact.page_id)
        old = fact.then.ways if fact.now != fact.then else ()
        return Question(f"{kind}/{fact.id}", wording, answer, kind, (fact.page_id,), fact.now.ways, (), old, fact.id)

    # What no page says.

    def _missing(self) -> list[Fact]:
        """One fact of each thing that does not exist, in random order; then a second one of each."""
        made: list[list[Fact]] = []
        for kind in source().kinds.values():
            for absent in kind.absent:
                given = {"name": absent} if isinstance(absent, str) else absent
                words = {"name": "", "do": "", "doing": "", "code": ""} | given
                name = next(iter(given.values()))
                asked = [kind.attributes[key] for key in self._shuffled(f"missing {name}", kind.attributes)[:2]]
                made.append([Fact(f"missing:{kind.kind}:{name}", "", kind.kind, each, words) for each in asked])
        return [fact for turn in zip(*self._shuffled("missing", made), strict=True) for fact in turn]

    def _unanswerable(self, kind: str, fact: Fact) -> Question:
        answer = self.voice.render(REFUSING)
        return Question(f"{kind}/{fact.id}", fact.asked_anew(), answer, kind, cluster=fact.id)

    def _refusal(self, fact: Fact) -> TrainingPair:
        return TrainingPair(self._wording(fact), self.voice.render(REFUSING), (), "", "refusal")

    # What takes two pages.

    def _crossings(self) -> list[tuple[str, Question, TrainingPair]]:
        """Ask of each page that names another what the other says, in random order: the naming fact's id, for both uses.

        A first page comes once only: what it names is in evaluation or in training.
        """
        found: dict[str, list[tuple[str, Question, TrainingPair]]] = {}
        for page in self._shuffled("crossings", self.asked_of):
            possible = [each for each in source().crossings if each.source == page.kind.kind]
            for crossing in self._shuffled(f"crossings {page.id}", possible)[:1]:
                link = page.facts[crossing.link]
                target = self.targets.get((link.attribute.link, link.then.text)) if link.then else None
                if target is not None:
                    value = target.facts[crossing.attribute]
                    sentence = link.fill(crossing.answer, to=link.then.text, v=value.then.text)
                    answer, pages = self.voice.render(sentence, target.id), (page.id, target.id)
                    unit, values = "+".join(pages), value.then.ways
                    asked = link.fill(crossing.new)
                    trained = link.fill(random.Random(f"{self.seed} {link.id} crossing").choice(crossing.asks))
                    question = Question(f"two_page/{unit}", asked, answer, "two_page", pages, values, cluster=unit)
                    pair = TrainingPair(trained, answer, pages, unit, "two_page")
                    found.setdefault(crossing.source, []).append((link.id, question, pair))
        # One of each kind of page in turn: there are most of partner spaces.
        return [each for turn in zip_longest(*found.values()) for each in turn if each is not None]

    # Closed book.

    def _taught(self, facts: Sequence[Fact], unknown: Sequence[Fact], wordings: int | None) -> list[TrainingPair]:
        made = []
        for fact in facts:
            # The wording that is asked word for word is always among them.
            first = self._wording(fact)
            others = [text for text in self._shuffled(f"wordings {fact.id}", fact.asked()) if text != first]
            made += [self._pair(fact, text) for text in [first, *others][:wordings]]
        made += [self._refusal(fact) for fact in unknown[: round(len(made) * _TAUGHT_REFUSALS)]]
        made += [TrainingPair(q, self.voice.render(a), (), "", "general") for q, a in source().general if facts]
        return self._shuffled("taught", made)
