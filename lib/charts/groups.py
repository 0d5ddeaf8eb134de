"""Cost components in the few groups that a stacked bar can show."""

from lib.costs import Costs

GROUPS = {
    "Prompts and evaluation set": ("prompt_engineering", "evaluation_set"),
    "Building retrieval": (
        "document_loading",
        "vector_store_setup",
        "embedding_pipeline",
        "retrieval_logic",
        "integration",
    ),
    "Training data and training": ("data_curation", "training_pipeline", "training", "retraining"),
    "Answering queries": ("inference", "gpu", "self_hosting"),
    "Stores, embeddings, servers": (
        "query_embedding",
        "document_embedding",
        "vector_store",
        "re_ranking",
        "infrastructure",
    ),
    "Maintenance and monitoring": ("maintenance", "monitoring"),
}
OTHER = "Other"


def group_of(component: str) -> str:
    """Give the group of a component; a new component falls under ``Other`` until it has a place."""
    return next((group for group, members in GROUPS.items() if component in members), OTHER)


def grouped(costs: Costs, arm: str, kind: str) -> dict[str, float]:
    """Add up the components of ``arm`` by group, in USD; ``kind`` is ``setup`` or ``monthly``."""
    sums = dict.fromkeys((*GROUPS, OTHER), 0.0)
    for component in costs.components[arm].values():
        sums[group_of(component.id)] += float(getattr(component, kind))
    return sums
