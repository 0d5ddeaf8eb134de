"""Runs made by hand: which questions each arm got right is all that the decision reads of one."""

FEEDS = {"few_shot": "prompt_score", "rag_few_shot": "rag_score", "lora": "fine_tune_score"} | {
    "lora_with_pages": "hybrid_score",
    "rag": None,
}


def record(run_id: str, right: dict[str, list[bool]], sample_model: bool, sample_company: bool | None) -> dict:
    company = {} if sample_company is None else {"is_sample_company": sample_company}
    rows = [
        {"arm": arm, "question_id": f"q{place}", "kind": "seen_fact", "right": outcome}
        for arm, outcomes in right.items()
        for place, outcome in enumerate(outcomes)
    ]
    return {
        "id": run_id,
        "model": {"name": "some/model", "is_sample_model": sample_model},
        "sample": {"name": "Northwind", "questions": len(next(iter(right.values())))} | company,
        "arms": [{"id": arm, "title": arm, "feeds": FEEDS[arm]} for arm in right],
        "retrieval": {"questions": []},
        "answers": rows,
    }


def two_arms(only_first: int, only_second: int, both: int, questions: int) -> tuple[list[bool], list[bool]]:
    """Give two arms' outcomes with so many questions on which one alone, or both, were right."""
    neither = questions - only_first - only_second - both
    assert neither >= 0
    first = [True] * only_first + [False] * only_second + [True] * both + [False] * neither
    second = [False] * only_first + [True] * only_second + [True] * both + [False] * neither
    return first, second
