"""How well a search found the documents that hold an answer, with ``ir-measures``."""

from collections.abc import Mapping, Sequence

RETRIEVAL_MEASURES = {
    "precision": "Precision: share of what was found that holds the answer",
    "recall": "Recall: share of the pages needed that were found",
    "reciprocal_rank": "Reciprocal rank of the first page needed",
    "ndcg": "nDCG: pages needed count more the higher they stand",
}


def retrieval_measures(found: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]], k: int) -> list[dict]:
    """Judge what a search found.

    Args:
        found: question id to document ids, best first.
        wanted: question id to the documents that hold its answer; questions without any are left out.
        k: how many found documents count.

    Returns:
        One row a question: ``question_id`` and, each from 0 to 1 over the first k documents,
        ``precision`` (wanted ones over k), ``recall`` (share of the wanted ones), ``reciprocal_rank``
        (1 / rank of the first wanted one, 0 if there is none) and ``ndcg`` (sum of 1 / log2(rank + 1)
        over the wanted ones found, over the highest such sum; Järvelin and Kekäläinen 2002).
    """
    import ir_measures
    from ir_measures import RR, P, R, nDCG

    truth = {id_: dict.fromkeys(documents, 1) for id_, documents in wanted.items() if documents}
    run = {id_: {name: float(-place) for place, name in enumerate(dict.fromkeys(found[id_]))} for id_ in truth}
    measures = dict(zip(RETRIEVAL_MEASURES, (P @ k, R @ k, RR @ k, nDCG @ k), strict=True))
    names = {str(measure): name for name, measure in measures.items()}
    # A question for which nothing was found has no row of its own in ir-measures.
    rows = {id_: {"question_id": id_, **dict.fromkeys(measures, 0.0)} for id_ in truth}
    for metric in ir_measures.iter_calc(list(measures.values()), truth, run):
        rows[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return list(rows.values())
