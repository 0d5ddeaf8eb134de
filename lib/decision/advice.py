"""What kind: which fine-tuning, which store, which chunks, and what a grave answer or tight latency needs.

A table of rows; each says when it applies and what to do, with the numbers of the client in it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.arms import ARM
from lib.costs import derived
from lib.decision.choice import Outcome
from lib.wording import number, share


@dataclass(frozen=True)
class Case:
    """What an advice row sees: one evaluated context, the recommended arm, likely values only."""

    outcome: Outcome
    arm: str

    def value(self, path: str) -> float:
        """Return the likely value of a field."""
        return float(self.outcome.context.facts[path])

    def feature(self, name: str) -> float:
        """Return a feature's likely value."""
        return float(self.outcome.context.read(name))

    def limit(self, name: str) -> float:
        """Return a threshold's likely value."""
        return float(self.outcome.context.thresholds[name])

    @property
    def grave(self) -> bool:
        """Whether a wrong answer is grave."""
        return bool(self.outcome.context.facts.is_word("risk.wrong_answer", "high"))

    @property
    def retrieves(self) -> bool:
        """Whether the arm has retrieval."""
        return ARM[self.arm].retrieves

    @property
    def tuned(self) -> bool:
        """Whether the arm is fine-tuned."""
        return ARM[self.arm].trained

    @property
    def chunks(self) -> float:
        """Count the chunks of the knowledge base, ``nan`` where its size is not known."""
        known = self.value("knowledge.documents") > 0
        return float(derived.chunks(self.outcome.context.priced)) if known else math.nan

    @property
    def chunk_tokens(self) -> float:
        """The length of one chunk in tokens, as the costs are computed with."""
        return float(self.outcome.context.priced.price("retrieval.chunk_tokens"))


@dataclass(frozen=True)
class Row:
    """One piece of advice: when it applies and how it reads."""

    applies: Callable[[Case], bool]
    text: Callable[[Case], str]


def advice(outcome: Outcome, arm: str) -> tuple[str, ...]:
    """Return the advice for the recommended arm, most important first."""
    case = Case(outcome, arm)
    return tuple(row.text(case) for row in ROWS if row.applies(case))


def _tuning_kind(case: Case) -> str:
    budget = case.value("money.setup_usd")
    usd = case.outcome.context.amount
    examples = case.feature("usable_examples")
    much_traffic = case.value("traffic.queries_per_month") >= case.limit("full_tuning_queries")
    if not math.isnan(budget) and budget < case.limit("small_tuning_budget_usd"):
        return f"QLoRA ({usd(20)} to {usd(200)} a run on a consumer GPU), because the budget is small"
    if examples >= case.limit("full_tuning_examples") and much_traffic:
        return f"LoRA first ({usd(50)} to {usd(500)} a run); with this much data and traffic full fine-tuning ({usd(500)} to {usd(10_000)} and more) is worth a comparison"
    if examples < case.limit("lora_examples"):
        return f"prompt tuning ({usd(10)} to {usd(100)}) or more examples, because there are fewer than LoRA needs"
    return f"LoRA ({usd(50)} to {usd(500)} a run, 2 to 5 epochs), which suits most cases"


def _store(case: Case) -> str:
    chunks = case.chunks
    if math.isnan(chunks):
        return "Store: pgvector in PostgreSQL to begin with; how many documents there are is not stated."
    size = f"about {number(round(chunks, -2) if chunks > 1000 else round(chunks))} chunks"
    if chunks > case.limit("dedicated_store_chunks"):
        return f"Store: a dedicated vector database, because {size} is past the point where the choice matters."
    if chunks > case.limit("shared_store_chunks"):
        return f"Store: pgvector on its own server, or a dedicated vector database; measure both at {size}."
    return f"Store: pgvector in PostgreSQL is enough for {size}."


ROWS: tuple[Row, ...] = (
    Row(lambda c: c.tuned, lambda c: f"Kind of fine-tuning: {_tuning_kind(c)}."),
    Row(lambda c: c.retrieves, _store),
    Row(
        lambda c: c.retrieves,
        lambda c: (
            f"Chunks: {max(1, round(c.value('traffic.context_tokens') / c.chunk_tokens))} of about {number(c.chunk_tokens)} tokens "
            f"fill the {number(c.value('traffic.context_tokens'))} tokens of context; size them per document type."
        ),
    ),
    Row(
        lambda c: c.retrieves and (c.feature("retrieval_precision") < c.limit("retrieval_precision") or c.grave),
        lambda c: "Re-rank what retrieval brings (50 to 200 ms): precision is low, or a wrong answer is grave.",
    ),
    Row(
        lambda c: c.retrieves and c.value("knowledge.multi_hop_share") >= c.limit("multi_hop_share"),
        lambda c: (
            f"Multi-hop: {share(c.value('knowledge.multi_hop_share'))} of the questions need several documents; "
            "retrieve a second time from the gaps of the first answer (87 to 93 % right on 200 questions in one of the articles)."
        ),
    ),
    Row(
        lambda c: c.arm == "hybrid",
        lambda c: "Build retrieval first: it is useful at once, and its use shows what the fine-tune has to change.",
    ),
    Row(
        lambda c: c.tuned and not bool(c.outcome.gaps.behaviour_proven),
        lambda c: (
            "Before training, try few-shot examples that are retrieved for each question: one of the articles saw this replace a fine-tune at a tenth of the effort."
        ),
    ),
    Row(
        lambda c: c.tuned,
        lambda c: (
            "Fine-tuning is not the cure for wrong facts: keep a share of the training examples that say the answer is not known."
        ),
    ),
    Row(
        lambda c: bool(c.outcome.feasibility.late),
        lambda c: (
            f"Latency: no option meets {number(c.value('latency.p95_ms'))} ms with these models. A smaller model, prompt "
            "caching, a cache of frequent answers or streaming must bring it; latency does not tell the options apart."
        ),
    ),
    Row(
        lambda c: c.grave,
        lambda c: (
            "A wrong answer is grave: validate every answer against its source"
            + ("." if c.value("risk.expert_review") == 1 else ", and have an expert review it before use.")
        ),
    ),
    Row(
        lambda c: (
            c.value("traffic.instruction_tokens") + c.value("traffic.context_tokens") * c.retrieves
            >= c.limit("cacheable_tokens")
            and c.value("traffic.cacheable_share") == 0
        ),
        lambda c: "Put the fixed part of the prompt first, so that a prompt cache can serve it.",
    ),
    Row(
        lambda c: bool(np.any(c.outcome.context.facts.truth("constraints.data_must_stay_in_house"))),
        lambda c: "Data stays in house: costs and latency are those of a self-hosted open model.",
    ),
)
