"""The curves: what each asks, the published disagreement that it answers, what is measured.

A curve is one entry of ``CURVES``; its numbers come from the module of its name in ``measuring``. Figures of
articles and papers are theirs, as the claims audit has them.
"""

from collections.abc import Sequence

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves.entry import CurveEntry, Panel, Stated
from lib.experiment.curves.measuring import changed, chunk_size, corpus, prompt_tokens, training_pairs

FACT = Panel("fact", "Fact right")
RIGHT = Panel("right", "All right")
STYLE = Panel("style", "Style kept")
PAGE = Panel("page_found", "Right page found")
PASSAGE = Panel("passage_found", "Right passage found")

CURVES = {
    entry.id: entry
    for entry in (
        CurveEntry(
            id="changed",
            title="Facts changed since the training",
            question="How many facts does each way of answering still get right when more and more of them have changed "
            "since the training?",
            disagreement="How fast may knowledge change before it has to be looked up? start-with-rag draws the line at "
            "changes more often than monthly (and met a training set of which half was stale after three months), "
            "five-questions asks for data that stay stable for six months and elsewhere for training again every week. "
            "Ovadia et al. (2024) find retrieval ahead of tuning for new facts (Mistral 7B: .875 against .504).",
            stated=(
                Stated("start-with-rag", "look up what changes more often than every 30 days", 30, 30, "S10"),
                Stated("five-questions", "tune on what stays stable for six months (183 days)", 182.6, 182.6, "F20"),
            ),
            x_title="Facts changed since the training (%)",
            points=(0, 25, 50, 75, 100),
            arms=("lora", "lora_with_pages", "rag_few_shot"),
            panels=(FACT,),
            questions=200,
            measure_at=changed.measure_at,
            needs_company=True,
            trains=True,
        ),
        CurveEntry(
            id="training_pairs",
            title="Training examples",
            question="How many training examples does a LoRA need for the style, and for the facts?",
            disagreement="The articles' least numbers of labelled examples are a factor of 100 apart: 100 to 500 for LoRA "
            "(which-approach), 200 (decision-matrix), about 800 that sufficed (three-numbers), 10,000 "
            "(start-with-rag; five-questions for the hybrid).",
            stated=(
                Stated("which-approach", "100 to 500", 100, 500, "W18"),
                Stated("decision-matrix", "200", 200, 200, "D25"),
                Stated("three-numbers", "about 800", 800, 800, "T15"),
                Stated("start-with-rag", "10,000", 10_000, 10_000, "S9"),
                Stated("five-questions", "10,000 for the hybrid", 10_000, 10_000, "F19"),
            ),
            x_title="Training examples",
            points=(25, 50, 100, 200, 400, 800),
            arms=("lora", "lora_with_pages"),
            panels=(STYLE, Panel("fact", "Facts from the pages right"), RIGHT),
            questions=300,
            measure_at=training_pairs.measure_at,
            log_x=True,
            needs_company=True,
            trains=True,
            config_for=training_pairs.config_for,
        ),
        CurveEntry(
            id="corpus",
            title="Size of the knowledge base",
            question="What becomes of retrieval and of the long context when the same questions are asked of a larger "
            "knowledge base?",
            disagreement="decision-matrix lets the size decide (is the knowledge base larger than the context window?), "
            "three-numbers the context that one query needs, whatever the size, and ran retrieval over 12,000 documents. "
            "Soudani et al. (2024) report 76 to 82 % for retrieval in small and mid-sized models, but with an ideal "
            "retriever that finds the right page always.",
            stated=(Stated("Soudani et al.", "RAG with an ideal retriever, 76.1 to 81.3 % right", 0.761, 0.813),),
            x_title="Documents in the knowledge base",
            points=(100, 300, 1_000, 3_000, 10_000),
            arms=("rag_few_shot", "long_context"),
            panels=(FACT, PAGE),
            questions=200,
            measure_at=corpus.measure_at,
            log_x=True,
            needs_company=True,
        ),
        CurveEntry(
            id="prompt_tokens",
            title="Prompt tokens against quality",
            question="What quality does each number of prompt tokens buy, and can a tuned model replace the tokens?",
            disagreement="three-numbers lets fine-tuning win where the prompt tokens that it saves outweigh its price, and "
            "puts about 1,500 tokens of context into each query; decision-matrix counts 500 to 3,000. RAFT (Zhang et al. "
            "2024) finds that a model tuned without context loses by retrieval on some sets (HF Hub: 61.06 to 42.59) and "
            "one tuned with it gains (74.00).",
            stated=(
                Stated("three-numbers", "1,500 tokens of context", 1500, 1500),
                Stated("decision-matrix", "500 to 3,000 tokens of context", 500, 3000),
            ),
            x_title="Prompt tokens for one answer (mean)",
            points=(1, 2, 4, 6),
            arms=tuple(EXPERIMENT_ARMS),
            panels=(RIGHT, Panel("substance", "Fact or refusal right")),
            questions=150,
            measure_at=prompt_tokens.measure_at,
            shape="front",
        ),
        CurveEntry(
            id="chunk_size",
            title="Length and number of passages",
            question="How long should passages be, and how many of them should be looked up?",
            disagreement="three-numbers takes the six best chunks of about 250 tokens, which-approach segments of 500 to "
            "1,000 tokens: a factor of two to four, and neither measures it. Words are counted here; a word of English is "
            "about 1.3 tokens of the large models.",
            stated=(
                Stated("three-numbers", "6 chunks of about 250 tokens", 250, 250, "T13"),
                Stated("which-approach", "500 to 1,000 tokens", 500, 1000),
            ),
            x_title="Longest passage (words)",
            points=(30, 60, 90, 150),
            arms=("rag_few_shot", "rag"),
            panels=(PAGE, PASSAGE, FACT),
            questions=200,
            measure_at=chunk_size.measure_at,
        ),
    )
}


def chosen_curves(ids: Sequence[str] | None = None) -> list[CurveEntry]:
    """Look curves up by id, in the table's order; all of them if none is named.

    Raises:
        InputError: an id is not in the table.
    """
    for id_ in ids or ():
        if id_ not in CURVES:
            raise InputError(f"curves: {id_!r} is not a curve; allowed are {', '.join(CURVES)}.")
    return [entry for entry in CURVES.values() if not ids or entry.id in ids]
