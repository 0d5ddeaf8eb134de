"""``python -m lib cases``."""

import click

from lib.decision.cases import CaseRecord, decide_cases, store_record
from lib.wording import arm_title, probability, share


@click.command("cases")
@click.option("--store", is_flag=True, help="Keep the outcomes as the track record that decisions are shown with.")
def cases_command(store: bool) -> None:
    """Decide published cases of other parties and say how often the answer was the shipped or advised one.

    \b
    python -m lib cases
    """
    record = decide_cases()
    if store:
        store_record(record)
    click.echo(_told(record))


def _told(record: CaseRecord) -> str:
    of = len(record.outcomes)
    low, high = record.interval
    lines = [
        f"{record.right} of {of} right (95 % interval {share(low)} to {share(high)}); the rules were made knowing them.",
        "",
    ]
    lines += [f"{'Guide':<42}{'right':>7}"]
    ranked = sorted({"this workbook": record.right, **record.baselines()}.items(), key=lambda row: -row[1])
    lines += [f"  {name:<40}{hits:>4} of {of}" for name, hits in ranked]
    lines += ["", f"{'Stability':<26}{'right':>7}{'wrong':>7}{'no answer':>11}   share right (95 %)"]
    for band in record.bands:
        lines.append(
            f"  {probability(band.stability[0])} to {probability(band.stability[1])}".ljust(26)
            + f"{band.right:>7}{band.wrong:>7}{band.no_answer:>11}   {share(band.right / band.of)} ({share(band.low)} to {share(band.high)})"
        )
    lines += ["", "Not right"]
    for outcome in record.misses:
        decision = outcome.decision
        accepted = " or ".join(arm_title(arm) for arm in outcome.case.accept)
        lines.append(
            f"  {outcome.case.id}: {arm_title(decision.recommendation)} ({probability(decision.stability)}); accepted: {accepted}"
        )
        lines += [f"      {reason}" for reason in decision.reasons[:3]]
    return "\n".join(lines)
