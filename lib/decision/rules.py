"""Rules of the five frameworks: data with a source, and how one is evaluated."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from lib.client.facts import Array
from lib.decision.readings import READINGS, Situation
from lib.decision.thresholds import Threshold, read_yaml
from lib.paths import DATA, FRAMEWORKS

TESTS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
FRAMEWORK_ORDER = ("three-numbers", "decision-matrix", "start-with-rag", "which-approach", "five-questions")


@dataclass(frozen=True)
class Rule:
    """One rule: a question, what it reads, the test against a threshold, the arm that it points to."""

    id: str
    question: str
    reads: str
    test: str
    threshold: Threshold
    points_to: str | None

    def evaluate(self, situation: Situation, threshold: Array) -> Array:
        """Tell where the rule holds: 1, 0, or ``nan`` where it abstains. Shape ``()`` or ``(n,)``."""
        observed = situation.read(self.reads)
        return np.where(np.isnan(observed), np.nan, TESTS[self.test](observed, threshold))


@dataclass(frozen=True)
class Framework:
    """One article's decision procedure."""

    id: str
    title: str
    summary: str
    source: str
    rules: tuple[Rule, ...]


@cache
def frameworks() -> tuple[Framework, ...]:
    """Give the five frameworks in the order of the articles."""
    articles = {row["id"]: row for row in read_yaml(DATA / "articles.yaml")["articles"]}
    return tuple(_framework(name, articles[name]) for name in FRAMEWORK_ORDER)


def rule_thresholds() -> dict[str, Threshold]:
    """Give the thresholds of all rules, by ``framework.rule``."""
    return {f"{item.id}.{rule.id}": rule.threshold for item in frameworks() for rule in item.rules}


def _framework(name: str, article: Mapping[str, str]) -> Framework:
    data = read_yaml(FRAMEWORKS / f"{name}.yaml")
    rules = tuple(_rule(name, row) for row in data["rules"])
    source = article["title"] + (f" ({article['author']})" if article.get("author") else "")
    return Framework(name, data["title"], data["summary"], source, rules)


def _rule(framework: str, row: Mapping[str, object]) -> Rule:
    if row["reads"] not in READINGS or row["test"] not in TESTS:
        raise ValueError(f"{framework}.{row['id']}: unknown reading {row['reads']} or test {row['test']}")
    threshold = Threshold.of(row["threshold"])
    return Rule(row["id"], row["question"], row["reads"], row["test"], threshold, row["points_to"])
