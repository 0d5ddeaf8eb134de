"""Loading a client's folder: every kind is read, and nothing in a folder can end the run."""

import io
import logging
import os
import re
import shutil
import sys
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.errors import InputError
from lib.retrieval import pdf as pdf_reader
from lib.retrieval import readers
from lib.retrieval.documents import LONGEST_ID, document_id, load_documents, title_of, unique
from lib.retrieval.kinds import KINDS
from lib.retrieval.passages import passages_of
from lib.retrieval.text import tidy
from tests.retrieval.conftest import pdf, word

# Any characters, half of a pair included; st.text would first list all of Unicode, which takes seconds.
TEXTS = st.lists(st.integers(0, 0x10FFFF).map(chr) | st.sampled_from("./ #\r\n-a"), max_size=150).map("".join)


def only(folder: Path):
    loaded = load_documents(folder)
    assert not loaded.skipped
    (document,) = loaded.documents
    return document


def reasons(folder: Path) -> dict[str, str]:
    return {file.path: file.reason for file in load_documents(folder).skipped}


def test_markdown_keeps_its_words_and_takes_its_title_from_the_first_heading(folder) -> None:
    text = "```\n# a comment in code\n```\n# Refund **rules**\n\nWithin 14 days."
    document = only(folder({"handbook/refunds.md": text}))
    assert (document.id, document.kind, document.title) == ("handbook/refunds.md", "markdown", "Refund rules")
    assert document.text == text
    assert document.metadata == {"path": "handbook/refunds.md", "kind": "markdown"}


def test_front_matter_names_the_title_and_is_no_part_of_the_text(folder) -> None:
    document = only(folder({"a.md": '---\ntitle: "Paying by card"\ndraft: no\n---\n\nWe take all cards.\n'}))
    assert (document.title, document.text) == ("Paying by card", "We take all cards.")


def test_text_is_called_by_its_files_name(folder) -> None:
    document = only(folder({"opening_hours-2026.txt": "Nine to five."}))
    assert (document.kind, document.title, document.text) == ("text", "Opening hours 2026", "Nine to five.")


def test_html_becomes_markdown_without_its_scripts_and_styles(folder) -> None:
    page = "<html><head><title>T</title><style>p{}</style></head><body><script>alert(1)</script><h1>Hours</h1>"
    document = only(
        folder({"h.htm": page + "<ul><li>nine</li></ul><table><tr><th>a</th></tr><tr><td>7</td></tr></table>"})
    )
    assert (document.kind, document.title) == ("html", "Hours")
    assert "* nine" in document.text and "| 7 |" in document.text
    assert "alert" not in document.text and "p{}" not in document.text


def test_an_html_page_without_a_heading_is_called_by_its_title(folder) -> None:
    assert only(folder({"x.html": "<title>Paying &amp; prices</title><p>By card.</p>"})).title == "Paying & prices"


def test_a_word_file_keeps_headings_paragraphs_and_tables(folder) -> None:
    document = only(folder({"a.docx": word("Delivery", "Two to four days.", "Über 20 kg by freight.")}))
    assert (document.kind, document.title) == ("word", "Delivery")
    assert document.text == "Two to four days.\n\nÜber 20 kg by freight."


def test_a_pdf_gives_its_text(folder) -> None:
    document = only(folder({"Price list.PDF": pdf("Prices of pots", "A pot of 12 cm costs EUR 3.50.")}))
    assert (document.id, document.kind, document.title) == ("Price-list.PDF", "pdf", "Price list")
    assert "A pot of 12 cm costs EUR 3.50." in document.text and "\f" not in document.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_text_is_read_in_the_encodings_that_programs_write(folder, encoding: str, name: str) -> None:
    text = "Die Gebühr für die Rücksendung beträgt 5 € – café déjà vu, größer."
    assert only(folder({name: text.encode(encoding)})).text == text


def test_a_page_is_read_in_the_encoding_that_it_declares(folder) -> None:
    page = '<meta charset="iso-8859-2"><p>Zwrot pieniędzy następuje</p>'.encode("iso-8859-2")
    assert only(folder({"a.html": page})).text == "Zwrot pieniędzy następuje"


def test_cyrillic_and_japanese_code_pages_are_recognised(folder) -> None:
    russian = "Стоимость плана составляет сорок девять долларов в месяц, возврат в течение 14 дней."
    japanese = "返金は十四日以内に行われます。ありがとうございます。お問い合わせはこちらまで。"
    loaded = load_documents(folder({"a.txt": russian.encode("cp1251"), "b.txt": japanese.encode("cp932")}))
    assert [document.text for document in loaded.documents] == [russian, japanese]


def test_what_is_broken_is_named_with_its_reason_and_the_rest_is_loaded(folder) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("notes.xml", "no Word file")
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(range(256)) * 4
    place = folder(
        {
            "good.md": "All is well.",
            "blank.md": "\n \x00\n",
            "cut.docx": word("Title", "Text.")[:2000],
            "cut.pdf": pdf("Text.")[:200],
            "empty.docx": b"",
            "empty.pdf": b"",
            "empty.txt": b"",
            "locked.docx": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
            "locked.pdf": pdf("Secret.", password="x"),
            "nothing.docx": word(),
            "other.docx": packed.getvalue(),
            "photo.png": png,
            "photo.txt": png,
            "half.html": "<title></title><body>",
            "scan.pdf": pdf(),
            "text.pdf": "not a pdf",
            "wrong.txt": b"\xff\xfe\x00\xd8x",
        }
    )
    loaded = load_documents(place)
    assert [document.id for document in loaded.documents] == ["good.md"]
    assert {file.path: file.reason for file in loaded.skipped} == {
        "blank.md": "it is not text",
        "cut.docx": "it is a damaged Word file",
        "cut.pdf": "it is a damaged PDF file",
        "empty.docx": "it is empty (0 bytes)",
        "empty.pdf": "it is empty (0 bytes)",
        "empty.txt": "it is empty (0 bytes)",
        "half.html": "it holds no text",
        "locked.docx": "it is encrypted with a password, or an old .doc file called .docx",
        "locked.pdf": "it is encrypted with a password",
        "nothing.docx": "it holds no text",
        "other.docx": "it is a damaged Word file",
        "photo.png": "its kind is not read (allowed are .md, .markdown, .txt, .html, .htm, .pdf, .docx)",
        "photo.txt": "it is not text, or in an encoding that cannot be recognised",
        "scan.pdf": "it holds no text (a scan needs text recognition first)",
        "text.pdf": "it is not a PDF file",
        "wrong.txt": "it is not valid UTF-16 text",
    }


def test_a_word_file_that_would_unpack_to_too_much_is_left_out(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.retrieval.readers.UNPACKED_LIMIT", 10_000)
    place = folder({"a.md": "x", "bomb.docx": word("Title", "a" * 20_000)})
    assert reasons(place) == {"bomb.docx": "it unpacks to over 0 MB"}


def test_a_file_over_the_size_limit_is_left_out(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.retrieval.readers.FILE_LIMIT", 1_000_000)
    place = folder({"a.md": "x", "large.txt": "word " * 200_001})
    assert reasons(place) == {"large.txt": "it is over 1 MB"}


def test_damaged_bytes_anywhere_in_a_file_are_never_fatal(folder) -> None:
    files: dict[str, str | bytes] = {"good.md": "All is well."}
    for name, content in {"a.pdf": pdf("Some text.", "More."), "a.docx": word("Title", "Some text.")}.items():
        for place in range(0, len(content), max(1, len(content) // 15)):
            files[f"{place}-{name}"] = content[:place] + b"\xff\x00\x13" + content[place + 3 :]
    loaded = load_documents(folder(files))
    assert len(loaded.documents) + len(loaded.skipped) == len(files)
    assert loaded.skipped and all(file.reason.startswith("it ") for file in loaded.skipped)


def test_a_folder_without_a_readable_document_is_refused_by_name(folder) -> None:
    place = folder({"photo.png": b"x", "cut.pdf": b"%PDF-1.7"})
    with pytest.raises(InputError) as error:
        load_documents(place)
    assert str(error.value) == (
        f"{place}: holds no document that can be read (2 left out, the first cut.pdf: it is a damaged PDF file); "
        "allowed are .md, .markdown, .txt, .html, .htm, .pdf, .docx."
    )


@pytest.mark.parametrize("name", ["missing", "file.md"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.md").write_text("x")
    with pytest.raises(InputError, match="is not a folder; allowed is a folder with documents"):
        load_documents(tmp_path / name)


def test_hidden_files_and_locks_of_office_programs_are_passed_over(folder) -> None:
    place = folder({"a.md": "x", ".git/config.md": "x", ".secret.md": "x", "~$a.docx": b"x", "b/.DS_Store": b"x"})
    loaded = load_documents(place)
    assert [document.id for document in loaded.documents] == ["a.md"] and not loaded.skipped


def test_links_out_of_the_folder_are_not_followed(folder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret")
    place = folder({"a.md": "x", "b/c.md": "y"})
    (place / "out.md").symlink_to(outside / "secret.md")
    (place / "up").symlink_to(outside, target_is_directory=True)
    (place / "round").symlink_to(place, target_is_directory=True)
    (place / "loop.md").symlink_to(place / "loop.md")
    (place / "inside.md").symlink_to(place / "b" / "c.md")
    loaded = load_documents(place)
    assert [document.id for document in loaded.documents] == ["a.md", "b/c.md", "inside.md"]
    assert {file.path: file.reason for file in loaded.skipped} == {
        "loop.md": "it is a link that leads nowhere, or cannot be reached",
        "out.md": "it is a link that leads out of the folder",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no name there")
def test_a_pipe_called_md_does_not_keep_the_reader_waiting(folder) -> None:
    place = folder({"a.md": "x"})
    os.mkfifo(place / "b.md")
    assert reasons(place) == {"b.md": "it is not an ordinary file"}


def test_the_same_files_give_the_same_documents_whenever_they_were_copied(folder, tmp_path: Path) -> None:
    place = folder({"b.md": "b", "a/z.md": "z", "a.txt": "a"})
    again = tmp_path / "again"
    shutil.copytree(place, again)
    os.utime(again / "b.md", (1, 1))
    assert load_documents(place) == load_documents(again)
    assert [document.id for document in load_documents(place).documents] == ["a.txt", "a/z.md", "b.md"]


HOSTILE = [
    "<script>alert(1)</script>".replace("/", "∕") + ".md",
    "a'b\"c`d.md",
    "[x](y) #1; z.md",
    "..md.md",
    "...md",
    "Größe – 価格 🙂.md",
    "line\nbreak.md",
    "n" * 200 + ".md",
    "{0}$1%s.md",
    "e\u0301.md",
]


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be written there")
def test_hostile_names_give_ids_that_can_be_cited_and_titles_on_one_line(folder) -> None:
    loaded = load_documents(folder({name: f"text of {place}" for place, name in enumerate(HOSTILE) if name[0] != "."}))
    ids = [document.id for document in loaded.documents]
    assert len(set(ids)) == len(ids) == len([name for name in HOSTILE if name[0] != "."])
    for document in loaded.documents:
        assert re.fullmatch(r"[\w./-]{1,100}", document.id) and not document.id.startswith((".", "/"))
        assert document.title.isprintable() and document.title and not set(document.title) & set("[]")
        assert document.metadata["path"].isprintable()
        assert passages_of([document])[0].id.rpartition("#")[0] == document.id


@pytest.mark.skipif(sys.platform != "linux", reason="only there are names plain bytes")
def test_a_name_that_is_no_text_is_read_all_the_same(folder) -> None:
    place = folder({"a.md": "x"})
    with open(os.fsencode(place) + b"/b\xff.md", "wb") as file:
        file.write(b"y")
    document = load_documents(place).documents[1]
    assert document.id == "b-.md" and document.metadata["path"] == "b?.md"


@given(TEXTS.filter(bool))
@settings(max_examples=50, deadline=None)
def test_any_path_makes_a_safe_id(path: str) -> None:
    made = document_id(path)
    assert 0 < len(made) <= LONGEST_ID and re.fullmatch(r"[\w./-]+", made)
    assert not any(part.startswith(".") for part in made.split("/"))


def test_ids_are_told_apart_by_a_number_or_a_checksum() -> None:
    taken: set[str] = set()
    assert [unique(document_id(name), taken) for name in ("a b.md", "a-b.md", "a;b.md")] == [
        "a-b.md",
        "a-b-2.md",
        "a-b-3.md",
    ]
    long = [document_id("x" * 150 + end + ".md") for end in "12"]
    assert long[0] != long[1] and all(len(one) <= LONGEST_ID and one.endswith(".md") for one in long)


@given(TEXTS)
@settings(max_examples=50, deadline=None)
def test_tidied_text_can_be_stored_and_tidying_again_changes_nothing(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once and "\x00" not in once and "\r" not in once
    once.encode("utf-8")


def test_ligatures_soft_hyphens_and_hard_blanks_become_what_people_type() -> None:
    assert tidy("ﬁrst o\u00adﬀer\u00a0now  \r\n\r\n\r\n\r\nend\x00\x07") == "first offer now\n\nend"


def test_a_title_loses_markup_links_and_brackets() -> None:
    assert title_of("## [**Prices**](x.html) \\[new\\] `v2` ##", "a.md") == "Prices (new) v2"
    assert title_of("no heading", "snake_case_name.md") == "Snake case name"
    assert len(title_of("# " + "long " * 100, "a.md")) == 120


def test_the_readers_write_nothing_on_the_page(folder, capfd: pytest.CaptureFixture, caplog) -> None:
    broken = pdf("Text.").replace(b"/MediaBox", b"/MediaBux").replace(b"/BaseFont", b"/BasaFont")
    place = folder(
        {"a.md": "x", "a.pdf": broken, "b.html": "http://x.example/", "c.html": "<?xml version='1.0'?><p>x</p>"}
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        load_documents(place)
    assert not told and not caplog.records and capfd.readouterr() == ("", "")
    assert logging.getLogger("pdfminer").level != logging.CRITICAL


def test_progress_counts_every_file(folder) -> None:
    told: list[tuple[str, int, int]] = []
    load_documents(folder({"a.md": "x", "b.png": "y"}), lambda *step: told.append(step))
    assert told == [("Read documents", done, 2) for done in range(3)]


# What people's bug reports about other tools say goes wrong.


def unmapped_pdf(text: str) -> bytes:
    """A PDF whose font has no character map: Type0, Identity-H, no ToUnicode. Its signs are numbers of drawings."""
    shown = "".join(f"{ord(sign) - 29:04x}" for sign in text)
    content = f"BT /F1 12 Tf 72 720 Td <{shown}> Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Anon /Encoding /Identity-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Anon /FontDescriptor 7 0 R /DW 600 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        "<< /Type /FontDescriptor /FontName /Anon /Flags 4 /FontBBox [0 0 600 700] /ItalicAngle 0 /Ascent 700 "
        "/Descent -200 /CapHeight 700 /StemV 80 >>",
    ]
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    return data + end.encode()


def test_a_pdf_whose_letters_cannot_be_read_is_named_and_left_out(folder) -> None:
    place = folder({"a.md": "x", "drawn.pdf": unmapped_pdf("Refunds take 30 days")})
    assert reasons(place) == {
        "drawn.pdf": "its letters cannot be read (its font has no character map): print it again as PDF or run text "
        "recognition"
    }


def test_a_single_sign_without_a_letter_is_no_reason_to_leave_a_pdf_out() -> None:
    text = "Refunds take 30 days. " * 10
    assert pdf_reader._legible([f"(cid:127) {text}"])[0].split() == text.split()


def test_the_lines_that_run_over_the_sheets_of_a_pdf_are_left_out() -> None:
    sheets = [
        f"Acme handbook 2026\n\nChapter {'i' * n} says something.\nIt costs {n * n} euros.\n\nPage {n} of 9\n"
        for n in range(1, 10)
    ]
    read = "\n".join(pdf_reader._without_running_heads(sheets))
    assert "Acme" not in read and "Page" not in read
    assert all(f"Chapter {'i' * n} says something.\nIt costs {n * n} euros." in read for n in range(1, 10))


def test_a_pdf_keeps_its_words_apart_its_ruled_table_and_its_own_title(folder) -> None:
    from fpdf import FPDF

    page = FPDF()
    page.set_title("Price list of pots")
    page.add_page()
    page.set_font("helvetica", size=8)
    page.multi_cell(0, text="All pots have a drainage hole except the zinc tub.", new_x="LMARGIN", new_y="NEXT")
    with page.table() as table:
        for cells in (("Pot", "Price"), ("Small", "3.50"), ("Large", "9.80")):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    page.ln(9)
    page.multi_cell(0, text="2.1 Saucers", new_x="LMARGIN", new_y="NEXT")
    page.ln(9)
    page.multi_cell(0, text="Saucers cost 2.20 each.", new_x="LMARGIN", new_y="NEXT")
    document = only(folder({"pots-v2.pdf": bytes(page.output())}))
    assert document.title == "Price list of pots"
    assert document.text.startswith("All pots have a drainage hole except the zinc tub.")
    assert document.text.count("| Pot | Price |\n| --- | --- |\n| Small | 3.50 |\n| Large | 9.80 |") == 1
    assert "## 2.1 Saucers" in document.text and "Saucers cost 2.20 each." in document.text


def test_numbered_headings_of_plain_text_are_headings_and_its_contents_and_code_are_none(folder) -> None:
    text = "1.1 Purpose . . . . . . 3\n\n1.1. Purpose\n\nIt helps.\n\n1. Send it.\n\nls\n# a comment\ncd\n\nIt costs about\n3.50 euros a month and can be\npaid by card.\n\n2.2 It is long.\n\nEnd.\n"
    read = only(folder({"a.txt": text})).text
    assert [line for line in read.split("\n") if line.startswith("#")] == ["## 1.1. Purpose"]
    assert ". . ." not in read and "1. Send it." in read and "# a comment" in read and "2.2 It is long." in read


def merged_word() -> bytes:
    import docx

    file, document = io.BytesIO(), docx.Document()
    rows = [["Plan", "Seats", "Price"], ["Basic", "1", "5"], ["", "2", "9"], ["", "3", "12"], ["Large", "10", "30"]]
    table = document.add_table(rows=5, cols=3)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    table.cell(1, 0).merge(table.cell(3, 0))
    document.save(file)
    return file.getvalue()


MERGED = """| Plan | Seats | Price |
| --- | --- | --- |
| Basic | 1 | 5 |
| Basic | 2 | 9 |
| Basic | 3 | 12 |
| Large | 10 | 30 |"""
MERGED_HTML = (
    "<table><tr><th>Plan</th><th>Seats</th><th>Price</th></tr><tr><td rowspan='3'>Basic</td><td>1</td><td>5</td></tr>"
    "<tr><td>2</td><td>9</td></tr><tr><td>3</td><td>12</td></tr><tr><td>Large</td><td>10</td><td>30</td></tr></table>"
)


@pytest.mark.parametrize("name", ["a.docx", "a.html"])
def test_a_merged_cell_is_repeated_so_that_every_value_stays_in_its_column(folder, name: str) -> None:
    text = only(folder({name: merged_word() if name == "a.docx" else MERGED_HTML})).text
    assert re.sub(" +", " ", text) == MERGED


def test_cells_merged_both_ways_and_tables_within_tables_keep_their_columns(folder) -> None:
    page = (
        "<table><tr><td rowspan=2 colspan=2>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td><td colspan='x'>"
        "<table><tr><td>in</td></tr></table></td><td rowspan=0>e</td></tr></table>"
    )
    rows = [line for line in only(folder({"a.html": page})).text.split("\n") if line.startswith("|")]
    assert [row.count("|") for row in rows[:3]] == [4, 4, 4] and "| a | a | b |" in rows and "| a | a | c |" in rows


SHELL = """<html><head><title>{title} | Acme</title></head><body><header><a href="/">Acme</a></header>
<nav><a href="/prices">Prices</a> <a href="/help">Help</a></nav>
<div id="cookie-banner">We use cookies. Accept all?</div>
<main><h1>{title}</h1><p>{text}</p></main>
<footer>Returns within 30 days. Acme Ltd.</footer></body></html>"""
PLAIN = """<html><body><div class="top"><a href="/{title}">Prices</a><br>We use cookies</div><h1>{title}</h1>
<h2>Answer</h2><p>{text}</p><p>Ask us.</p><div>Returns within 30 days</div><div>Acme Ltd.</div></body></html>"""
TOPICS = {"Delivery": "It takes 3 days.", "Payment": "By card.", "Hours": "Nine to five.", "Parking": "Behind it."}


def test_of_a_web_page_only_its_main_content_is_kept(folder) -> None:
    document = only(folder({"a.html": SHELL.format(title="Delivery", text="It takes 3 days.")}))
    assert (document.title, document.text) == ("Delivery", "It takes 3 days.")


def test_lines_that_most_pages_begin_or_end_with_are_left_out_and_named(folder) -> None:
    place = folder({f"{title}.html": PLAIN.format(title=title, text=text) for title, text in TOPICS.items()})
    loaded = load_documents(place)
    assert [document.text for document in loaded.documents] == [
        f"# {document.title}\n\n## Answer\n\n{TOPICS[document.title]}" for document in loaded.documents
    ]
    assert loaded.repeated == dict.fromkeys(
        ["Prices", "We use cookies", "Ask us.", "Returns within 30 days", "Acme Ltd."], 4
    )


def test_lines_that_differ_in_a_number_or_stand_between_others_are_content(folder) -> None:
    pages = {
        f"{n}.html": f"<h1>Plan {n}</h1><p>For {n} people</p><p>Per month</p><p>It costs {n} euros.</p>"
        for n in range(5)
    }
    loaded = load_documents(folder(pages))
    assert loaded.repeated == {} and all(f"It costs {n} euros." in loaded.documents[n].text for n in range(5))
    assert all("Per month" in document.text for document in loaded.documents)


def test_a_page_about_cookies_and_one_without_a_main_part_keep_their_content(folder) -> None:
    about = "<body class='cookie-policy'><article class='consent'><h1>Cookies</h1><p>We set two.</p></article></body>"
    bare = "<body><aside>Advert</aside><p>Nine to five.</p><aside><h1>Hours</h1></aside></body>"
    first, second = load_documents(folder({"a.html": about, "b.html": bare})).documents
    assert first.text == "We set two." and "Nine to five." in second.text and "Advert" not in second.text
    assert second.title == "Hours"


def test_a_link_within_the_site_is_its_words_and_one_out_of_it_keeps_its_address(folder) -> None:
    page = "<p>See <a href='b.html'>there</a> or <a href='https://example.org/x'>here</a>. <img src=x alt='A pot'></p>"
    assert only(folder({"a.html": page})).text == "See there or [here](https://example.org/x). A pot"


def test_an_underlined_heading_is_a_heading(folder) -> None:
    text = "Refunds\n=======\n\nMoney back\n----------\nIn 14 days.\n\n---\n\n| a |\n| --- |\n| b |"
    assert only(folder({"r.txt": text})).text.startswith("## Money back\nIn 14 days.\n\n---\n\n| a |\n| --- |")


def test_lines_that_were_broken_to_fit_are_joined_and_others_are_not(folder) -> None:
    broken = "A paragraph that somebody has broken at the end of a line so that\n   it fits a terminal, and that goes on\nhere."
    kept = "Leiden, Havenstraat 12\nMonday to Saturday 9:00 to 18:00\n\n- a point of a list that is rather long, sixty signs and more\n- another\n  and its second line"
    table = "| a table whose first cell is rather long, sixty signs and more | b |\n| --- | --- |\nafter"
    code = "```\nls /usr/share/doc/a-very-long-path/that/goes/on/and/on/for/long --all\ncd\n```"
    read = only(folder({"a.md": "\n\n".join([broken, kept, table, code])})).text
    joined = (
        "A paragraph that somebody has broken at the end of a line so that it fits a terminal, and that goes on\nhere."
    )
    assert read == "\n\n".join([joined, kept, table, code])


def test_broken_letters_are_mended(folder) -> None:
    assert only(folder({"a.txt": "The cafÃ© opens â€“ daily."})).text == "The café opens – daily."


# Who may read it.


def test_an_access_label_comes_from_the_file_itself_or_from_the_folders_list(folder) -> None:
    place = folder(
        {
            "a.md": "---\naccess: [hr, Board]\nupdated: 2026-05-01\n---\nSalaries.",
            "b.html": "<meta name='access' content='hr'><p>Salaries.</p>",
            "hr/c.txt": "Salaries.",
            "d.txt": "Hours.",
            "access.csv": "path,access\nhr/*,hr; finance\n",
        }
    )
    loaded = load_documents(place)
    assert {one.id: one.metadata.get("access") for one in loaded.documents} == {
        "a.md": "hr; Board",
        "b.html": "hr",
        "d.txt": None,
        "hr/c.txt": "hr; finance",
    }
    assert loaded.documents[0].metadata["updated"] == "2026-05-01" and not loaded.skipped


def test_a_label_that_cannot_be_read_leaves_the_file_out_rather_than_open_to_everybody(folder) -> None:
    place = folder(
        {
            "a.md": "x",
            "b.md": "---\naccess:\n---\nSalaries.",
            "c.md": "---\naccess: [hr\n---\nSalaries.",
            "d.md": "---\naccess: hr\n---\nSalaries.",
            "access.csv": "path,access\nd.md,board\n",
        }
    )
    found = reasons(place)
    assert found["b.md"].startswith("access is empty") and "is not YAML" in found["c.md"]
    assert found["d.md"] == "its own access is 'hr' and that in access.csv 'board'"


@pytest.mark.parametrize(("row", "problem"), [("hr/*,hr", "fits no file"), ("a.md,", "access is empty")])
def test_a_row_of_the_list_that_protects_nothing_is_refused(folder, row: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        load_documents(folder({"a.md": "x", "access.csv": f"path,access\n{row}\n"}))


def test_every_kind_that_a_file_may_hold_has_a_reader() -> None:
    assert set(readers.READERS) == {kind.name for kind in KINDS if kind.endings}
