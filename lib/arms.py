"""The five architectures that the workbook compares."""

ARM_MEANINGS = {
    "prompt": "prompt engineering only: instructions, few-shot examples, output schema",
    "long_context": "the whole knowledge base in the prompt, with prompt caching",
    "rag": "base model + retrieval",
    "fine_tune": "LoRA fine-tuned model, no retrieval",
    "hybrid": "fine-tuned model + retrieval",
}

ARM_TITLES = {
    "prompt": "Prompt engineering",
    "long_context": "Long context",
    "rag": "RAG",
    "fine_tune": "Fine-tuning",
    "hybrid": "Hybrid (fine-tuning + RAG)",
}

ARMS = tuple(ARM_MEANINGS)
"""Ids from the simplest to the most complex: ties go to the simpler arm."""

UNDECIDED = "undecided"
"""The recommendation where no arm passes: it names what to measure or to change."""

TUNED_ARMS = ("fine_tune", "hybrid")
RETRIEVAL_ARMS = ("rag", "hybrid")
KNOWING_ARMS = ("long_context", "rag", "hybrid")
"""Arms that bring facts into the prompt."""
