"""What one right answer costs with each arm, and how often an arm must be right to cost no more."""

import numpy as np

from lib.arms import ARMS
from lib.charts.money import DOLLARS, Money
from lib.charts.table import Table
from lib.costs import Costs, share_right_to_match, usd_per_correct_answer
from lib.wording import arm_title, share


def right_answers(costs: Costs, recommended: str, money: Money = DOLLARS) -> Table:
    """Rank the arms by USD for one right answer, a person's corrections of wrong ones included.

    The share right is the measured one, or the client's target where nothing is measured. The last column
    is where the ranking turns: the share right at which the arm costs as little as ``recommended``.
    """
    facts = costs.facts
    target, correction = float(facts["evidence.target_score"]), float(facts["money.correction_usd"])
    queries = float(facts["traffic.queries_per_month"])
    if not queries:
        return Table(["Architecture"], [], "No queries are asked, so there are no answers to cost")
    measured = {arm: float(facts[f"evidence.{arm}_score"]) for arm in ARMS}
    right = {arm: target if np.isnan(score) else score for arm, score in measured.items()}
    whole = {arm: float(costs.monthly_usd[arm]) / queries for arm in ARMS}
    usd = {arm: float(usd_per_correct_answer(whole[arm], right[arm], correction)) for arm in ARMS}
    base = recommended if recommended in ARMS else min(usd, key=usd.get)
    rows = []
    for arm in sorted(ARMS, key=lambda each: usd[each]):
        turns = float(share_right_to_match(usd[base], whole[arm], correction))
        known = "measured" if not np.isnan(measured[arm]) else "target, not measured"
        needed = "–" if arm == base else "not even if always right" if np.isnan(turns) else share(turns)
        rows.append(
            [arm_title(arm), f"{share(right[arm])} ({known})", money.text(whole[arm]), money.text(usd[arm]), needed]
        )
    columns = [
        "Architecture",
        "Answers right",
        "A query, all costs",
        "One right answer",
        f"Right as often to match {arm_title(base)}",
    ]
    caption = f"Cost of one right answer; putting a wrong one right costs {money.text(correction)}"
    strong = [place for place, row in enumerate(rows) if row[0] == arm_title(base)]
    return Table(columns, rows, caption, right=(2, 3, 4), strong=strong)
