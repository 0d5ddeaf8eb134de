"""The frameworks: each article's decision procedure as data, and how rules and verdicts are evaluated.

For: reading ``data/frameworks/*.yaml``, one file an article. May import: features, thresholds, articles.

A rule compares a feature with a threshold and answers 1, 0 or ``nan`` (it abstains). A verdict is made of
the rules' answers by named conditions and by cases, of which the first that holds gives the arm. A condition is

* the id of a rule (where it holds) or the name of an earlier condition,
* ``{all: […]}``, ``{any: […]}``, ``{not: …}``,
* ``{refuted: rule}`` (where it is known not to hold: neither where it holds nor where it abstains),
* ``{at_least: n, of: [rules]}`` or ``{more: [rules], than: [rules]}``, which count the rules that hold.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np

from lib.arms import ARMS
from lib.articles import Article, articles
from lib.client.facts import Array
from lib.decision.features import FEATURES, EvaluationContext
from lib.files import read_yaml
from lib.paths import FRAMEWORKS
from lib.thresholds import Threshold

ABSTAINS = -1
TESTS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

Condition = str | Mapping[str, Any]
Answers = Mapping[str, Array]
"""The answers of one framework's rules by rule id: 1, 0, or ``nan`` where a rule abstains."""


@dataclass(frozen=True)
class Rule:
    """One rule: a question, the feature it reads, the test against a threshold, the arm that it points to."""

    id: str
    question: str
    reads: str
    test: str
    threshold: Threshold
    points_to: str | None

    def evaluate(self, context: EvaluationContext, threshold: Array) -> Array:
        """Return where the rule holds: 1, 0, or ``nan`` where it abstains. Shape ``()`` or ``(n,)``."""
        observed = context.read(self.reads)
        return np.where(np.isnan(observed), np.nan, TESTS[self.test](observed, threshold))


@dataclass(frozen=True)
class Framework:
    """One article's decision procedure.

    ``conditions`` are named in the order in which they may use one another; ``cases`` pair an arm with the
    condition on which the framework says it; where no case holds it says ``otherwise``, or abstains.
    """

    id: str
    title: str
    summary: str
    source: str
    rules: tuple[Rule, ...]
    conditions: Mapping[str, Condition]
    cases: tuple[tuple[str, Condition], ...]
    otherwise: str | None

    def verdict(self, answers: Answers) -> Array:
        """Return the position of the arm in :data:`lib.arms.ARMS`, or :data:`ABSTAINS`. Shape ``()`` or ``(n,)``."""
        named: dict[str, Array] = {}
        for name, condition in self.conditions.items():
            named[name] = _where(condition, answers, named)
        verdict = np.asarray(ABSTAINS if self.otherwise is None else ARMS.index(self.otherwise))
        for arm, condition in reversed(self.cases):
            verdict = np.where(_where(condition, answers, named), ARMS.index(arm), verdict)
        return verdict


def _where(condition: Condition, answers: Answers, named: Mapping[str, Array]) -> Array:
    if isinstance(condition, str):
        return named[condition] if condition in named else answers[condition] == 1
    match condition:
        case {"all": parts}:
            return reduce(operator.and_, (_where(part, answers, named) for part in parts))
        case {"any": parts}:
            return reduce(operator.or_, (_where(part, answers, named) for part in parts))
        case {"not": part}:
            return ~_where(part, answers, named)
        case {"refuted": rule}:
            return answers[rule] == 0
        case {"at_least": least, "of": rules}:
            return _count(rules, answers) >= least
        case {"more": rules, "than": others}:
            return _count(rules, answers) > _count(others, answers)
    raise ValueError(f"no such condition: {condition}")


def _count(rules: list[str], answers: Answers) -> Array:
    return sum((answers[rule] == 1).astype(int) for rule in rules)


@cache
def frameworks() -> tuple[Framework, ...]:
    """Return every framework in the order of the articles: one for each article with a file of rules.

    Raises:
        ValueError: a file names a feature, test, rule or arm that does not exist.
    """
    return tuple(
        _framework(read_yaml(path), article)
        for name, article in articles().items()
        if (path := FRAMEWORKS / f"{name}.yaml").exists()
    )


def rule_thresholds() -> dict[str, Threshold]:
    """Return the thresholds of all rules, by ``framework.rule``."""
    return {f"{item.id}.{rule.id}": rule.threshold for item in frameworks() for rule in item.rules}


def _framework(data: Mapping[str, Any], article: Article) -> Framework:
    rules = tuple(_rule(article.id, row) for row in data["rules"])
    conditions, verdict = data.get("conditions", {}), data["verdict"]
    cases = tuple((case["says"], case["when"]) for case in verdict["cases"])
    framework = Framework(
        article.id, data["title"], data["summary"], article.source, rules, conditions, cases, verdict.get("otherwise")
    )
    try:
        framework.verdict({rule.id: np.asarray(np.nan) for rule in rules})
    except (KeyError, ValueError) as error:
        raise ValueError(f"{article.id}: the verdict names what is no rule, condition or arm ({error})") from None
    return framework


def _rule(framework: str, row: Mapping[str, Any]) -> Rule:
    if row["reads"] not in FEATURES or row["test"] not in TESTS or row["points_to"] not in (*ARMS, None):
        raise ValueError(f"{framework}.{row['id']}: unknown feature {row['reads']}, test {row['test']} or arm")
    threshold = Threshold.of(row["threshold"])
    return Rule(row["id"], row["question"], row["reads"], row["test"], threshold, row["points_to"])
