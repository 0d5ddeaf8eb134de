"""A re-ranker looks at more than is asked for and puts the best first, by words or by a cross-encoder."""

import pytest

from lib.errors import InputError
from lib.retrieval.index import open_index
from lib.retrieval.kinds import METHODS
from lib.retrieval.passages import Passage
from lib.retrieval.rerank import FURTHER, RERANKERS, Reranker, load_reranker, rerank
from lib.retrieval.search import Hit

TEXTS = ["red red apple", "red pear", "blue pear plum", "green stone"]


def hit(rank, text, id_=""):
    return Hit(rank, 1 / rank, id_ or f"{text}#0", text, "", text, "", {})


@pytest.fixture(scope="module", autouse=True)
def plain_words():
    """Words without their endings taken off, so that they can be counted by hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.retrieval.table.LANGUAGE", "simple")
        yield


@pytest.fixture(scope="module")
def index(database, embedder):
    with open_index(database, "re-ranking", embedder) as opened:
        opened.sync_passages([Passage(f"d-{place}", 0, "", text) for place, text in enumerate(TEXTS)])
        yield opened


@pytest.fixture(scope="module")
def cross_encoder_folder(tmp_path_factory, embedder):
    """A BERT of a few thousand parameters and random weights; everything but its taste is as with a real one."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross-encoder")
    torch.manual_seed(0)
    tokenizer = embedder.model.tokenizer
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=1,
        initializer_range=0.5,
    )
    BertForSequenceClassification(config).eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_term_overlap_is_the_rank_of_the_full_text_search(index):
    reranker = load_reranker("term_overlap", index.table)
    hits = [hit(rank, text, f"d-{rank - 1}#0") for rank, text in enumerate(TEXTS, start=1)]
    searched = {one.id: one.score for one in index.search(["Red pear?"], 4, "full_text")[0]}
    assert reranker.scores("Red pear?", hits) == pytest.approx([searched.get(one.id, 0.0) for one in hits])
    assert searched and "d-3#0" not in searched


def test_without_a_reranker_the_order_stays(index):
    hits = [hit(1, "a"), hit(2, "b"), hit(3, "c")]
    assert rerank("b", hits, 2, load_reranker("none")) == hits[:2]
    assert rerank("b", [], 2, load_reranker("term_overlap", index.table)) == []


def test_equal_scores_keep_the_order_in_which_they_were_found():
    hits = [hit(1, "a"), hit(2, "b"), hit(3, "c")]
    equal = Reranker("equal", lambda _question, found: [1.0, 2.0, 1.0][: len(found)])
    assert [(one.text, one.rank, one.score) for one in rerank("?", hits, 3, equal)] == [
        ("b", 1, 2.0),
        ("a", 2, 1.0),
        ("c", 3, 1.0),
    ]


@pytest.mark.parametrize("method", METHODS)
def test_a_search_gives_a_reranker_more_candidates_than_are_asked_for(index, method):
    seen = []

    def scores(_question, hits):
        seen.append(len(hits))
        return [float("stone" in one.text or "plum" in one.text) for one in hits]

    found = index.search(["red pear plum stone"], 1, method, reranker=Reranker("any", scores))[0]
    assert FURTHER == 4 and seen == [4] and len(found) == 1
    assert found[0].text in ("green stone", "blue pear plum") and found[0].rank == 1


def test_a_search_takes_a_reranker_by_its_name(index):
    for name in RERANKERS:
        assert index.search(["green stone"], 1, reranker=name)[0][0].text == "green stone"


def test_a_cross_encoder_from_a_folder_scores_question_and_passage_together(index, cross_encoder_folder):
    reranker = load_reranker(cross_encoder_folder)
    hits = [hit(rank, text) for rank, text in enumerate(TEXTS, start=1)]
    import torch

    model, tokenizer = _plain_model(cross_encoder_folder)
    with torch.no_grad():
        texts = [f"{one.title}\n{one.text}" for one in hits]
        logits = model(**tokenizer(["red pear"] * 4, texts, padding=True, return_tensors="pt")).logits[:, 0]
    assert list(reranker.scores("red pear", hits)) == pytest.approx(torch.sigmoid(logits).tolist(), abs=1e-5)
    order = [TEXTS[place] for place in torch.argsort(-logits).tolist()]
    assert [one.text for one in rerank("red pear", hits, 4, reranker)] == order != TEXTS
    assert len(index.search(["red pear"], 2, reranker=reranker)[0]) == 2


def _plain_model(folder):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    return AutoModelForSequenceClassification.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def test_a_cross_encoder_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match=r"nothing-here.*term_overlap"):
        load_reranker(tmp_path / "nothing-here")


def test_term_overlap_without_an_index_is_refused():
    with pytest.raises(InputError, match="index"):
        load_reranker("term_overlap")
