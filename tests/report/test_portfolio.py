"""Several reports: warm, without leaks, compared on one page, made again from their manifests, gone on with."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from page_outline import HOSTILE

from lib import paths
from lib.commands.report import report_command
from lib.errors import InputError
from lib.report import batch
from lib.report.engine import make_report
from lib.report.portfolio import write_index
from lib.report.verify import differences, read_manifest, verify

CANARY = "sk-canary-1234567890"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, hostile_file):
    """Give two reports made in one process, the hostile client's first, with secrets in the environment."""
    target = tmp_path_factory.mktemp("portfolio")
    chatbot = target / "clients" / "general-chatbot.yaml"
    chatbot.parent.mkdir()
    shutil.copy(paths.CLIENTS / "general-chatbot.yaml", chatbot)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", CANARY)
        patch.setenv("DATABASE_URL", f"postgresql://u:{CANARY}@localhost/x")
        outcomes = batch.make_reports([hostile_file, chatbot], target, experiment=False, pdf=False, jobs=1)
    assert [outcome.problem for outcome in outcomes] == ["", ""]
    return target


@pytest.fixture(scope="module")
def alone(folder, tmp_path_factory):
    target = tmp_path_factory.mktemp("alone")
    return make_report(folder / "clients" / "general-chatbot.yaml", target, experiment=False, pdf=False)


def test_a_report_of_a_portfolio_equals_the_one_made_alone(folder, alone):
    for made in (alone.html, alone.manifest):
        assert (folder / made.name).read_bytes() == made.read_bytes()


def test_threads_of_one_process_as_a_worker_of_a_cluster_has_them_mix_no_clients(folder, hostile_file, tmp_path):
    files = [hostile_file, folder / "clients" / "general-chatbot.yaml"] * 2
    with ThreadPoolExecutor(len(files)) as pool:
        targets = [tmp_path / str(place) for place in range(len(files))]
        for made in pool.map(lambda *two: make_report(*two, experiment=False, pdf=False), files, targets):
            assert made.html.read_bytes() == (folder / made.html.name).read_bytes()


def test_no_client_s_text_and_no_secret_is_in_another_s_files(folder):
    for path in folder.glob("general-chatbot.*"):
        assert "alert(1)" not in path.read_text(encoding="utf-8")
    for path in folder.glob("*.*"):
        assert CANARY not in path.read_text(encoding="utf-8")


def test_one_page_compares_the_clients_and_keeps_their_text_text(folder):
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert 'href="general-chatbot.html"' in page and "Prompt engineering" in page
    assert HOSTILE.split()[0] not in page and "&lt;script&gt;" in page


def test_the_clients_are_sorted_by_a_click_on_a_heading(tmp_path, chromium):
    told = {
        "recommendation": "rag",
        "p10_usd": 1,
        "p90_usd": 9,
        "currency": "USD",
        "per_usd": 1.0,
        "first_step": "x",
        "ends": [],
    }
    figures = {"b": (0.5, 9_000), "c": (0.9, 80_000), "a": (0.7, 700)}
    manifests = {
        tmp_path / f"{name}.html": {
            "summary": told | {"client": name, "stability": stability, "total_usd": total},
            "files": {".html": ""},
        }
        for name, (stability, total) in figures.items()
    }
    page = chromium.new_page()
    page.goto(write_index(tmp_path, manifests, {}).as_uri())
    for heading, order in (("Client", "abc"), ("Expected total", "abc"), ("Stability", "bac"), ("Stability", "cab")):
        page.get_by_role("button", name=heading).click()
        assert "".join(row[0] for row in page.locator("tbody tr").all_inner_texts()) == order, heading
    assert page.locator("th", has_text="Stability").get_attribute("aria-sort") == "descending"
    page.close()


def test_a_report_is_made_again_from_its_manifest_alone(folder):
    assert verify(folder / "general-chatbot.html") == []
    changed = folder / "changed" / "general-chatbot.html"
    changed.parent.mkdir()
    shutil.copy(folder / "general-chatbot.manifest.json", changed.parent)
    changed.write_text("<p>another page</p>", encoding="utf-8")
    assert verify(changed) == ["The page is not the one that its manifest was written with."]


def test_own_prices_and_logo_are_held_by_the_manifest_wherever_they_lay(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "prices.csv").write_text(
        "item,component,value,unit,currency,source,checked,note\n"
        "openai/gpt-4o-mini,input,0.3,USD per million tokens,USD,our contract,2026-04-01,\n"
    )
    (own / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    client = tmp_path / "clients" / "own.yaml"
    client.parent.mkdir()
    client.write_text(
        "client: {name: Own}\nknowledge: {needed: none}\nstack: {base_model: openai/gpt-4o-mini}\n"
        "prices: {file: ../own/prices.csv, as_of: 2026-05-01}\nreport: {logo: ../own/logo.svg}\n"
    )
    made = make_report(client, tmp_path / "out", experiment=False, pdf=False)
    shutil.rmtree(own)
    client.unlink()
    assert verify(made.html) == []
    listing = json.loads(made.manifest.read_text(encoding="utf-8"))
    outside = tmp_path / "outside.svg"
    listing["inputs"]["client"]["report"]["logo"] = str(outside)
    made.manifest.write_text(json.dumps(listing), encoding="utf-8")
    with pytest.raises(InputError, match=r"report\.logo"):
        verify(made.html)
    assert not outside.exists(), "a manifest from somebody else writes nowhere"


def test_what_changed_since_another_manifest_is_said_by_label(folder):
    before = read_manifest(folder / "general-chatbot.manifest.json")
    after = json.loads(json.dumps(before))
    after["inputs"]["client"].setdefault("knowledge", {})["documents"] = 900
    after["packages"]["numpy"] = "99"
    lines = differences(before, after)
    assert any(line.startswith("Documents: ") and line.endswith("→ 900 documents") for line in lines)
    assert any(line.startswith("packages.numpy: ") for line in lines)
    assert differences(before, before) == []


def test_the_command_says_what_changed_since_a_manifest(folder, tmp_path):
    client = tmp_path / "general-chatbot.yaml"
    text = (folder / "clients" / "general-chatbot.yaml").read_text(encoding="utf-8")
    client.write_text(text + "\ndelivery: {weeks: 9}\n", encoding="utf-8")
    quick = ["--no-pdf", "--no-experiment", "--out", str(tmp_path / "out")]
    since = ["--previous", str(folder / "general-chatbot.manifest.json")]
    said = CliRunner().invoke(report_command, [str(client), *quick, *since])
    assert said.exit_code == 0 and "Weeks to launch: not answered → 9 weeks" in said.output
    said = CliRunner().invoke(report_command, ["--verify", str(tmp_path / "out" / "general-chatbot.html")])
    assert said.exit_code == 0 and "equal, made again from its manifest" in said.output


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"inputs": 1, "files": 2}'])
def test_what_is_no_manifest_is_refused(tmp_path, text):
    path = tmp_path / "x.manifest.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no manifest"):
        read_manifest(path)


def test_a_run_goes_on_where_it_stopped(folder, monkeypatch):
    clients = [folder / "clients" / "general-chatbot.yaml", folder / "clients" / "second.yaml"]
    shutil.copy(clients[0], clients[1])
    (folder / "second.html").write_text("half a page", encoding="utf-8")
    # A run that was killed while it made a report again that stands there whole.
    (folder / ".general-chatbot.abcd1234").mkdir()
    (folder / ".general-chatbot.uk.abcd1234").mkdir()
    made = []

    def make(file, target, **options):
        made.append(file)
        for ending in (".html", ".manifest.json"):
            shutil.copy(target / f"general-chatbot{ending}", target / f"{file.stem}{ending}")
        return batch.Report(target / f"{file.stem}.html", target / f"{file.stem}.manifest.json", None)

    monkeypatch.setattr(batch, "make_report", make)
    batch.make_reports(clients, folder, experiment=False, pdf=False, jobs=1, resume=True)
    assert made == [clients[1]]
    assert [path.name for path in folder.glob(".*")] == [".general-chatbot.uk.abcd1234"], "another client's stays"


@pytest.mark.parametrize("ending", [".xlsx", ".pptx"])
def test_a_report_whose_attachment_is_missing_or_not_there_yet_is_made_again(folder, tmp_path, ending):
    client, wanted = folder / "clients" / "general-chatbot.yaml", {"experiment": False, "pdf": False, "jobs": 1}
    batch.make_reports([client], tmp_path, **wanted)
    assert batch.finished(client, tmp_path) and not batch.finished(client, tmp_path, [ending])
    attached = tmp_path / f"general-chatbot{ending}"
    for lost in (False, True):
        if lost:
            attached.unlink()
            assert not batch.finished(client, tmp_path)
        batch.make_reports([client], tmp_path, resume=True, **wanted, **{ending[1:]: True})
        assert attached.exists() and batch.finished(client, tmp_path, [ending])


def test_a_failing_disk_leaves_the_old_report_whole(folder, alone, monkeypatch, tmp_path):
    from pathlib import Path

    from lib.report import engine

    for made in (alone.html, alone.manifest):
        shutil.copy(made, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises((InputError, OSError)):
        engine.written(tmp_path / "general-chatbot", "<p>new</p>", {}, pdf=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_failure_between_the_last_renames_leaves_no_manifest_and_the_next_run_mends_it(folder, tmp_path, monkeypatch):
    from pathlib import Path

    from lib.report import engine

    client = folder / "clients" / "general-chatbot.yaml"
    for name in ("general-chatbot.html", "general-chatbot.manifest.json"):
        shutil.copy(folder / name, tmp_path)
    (tmp_path / "general-chatbot.pdf").write_bytes(b"%PDF of last week")
    assert batch.finished(client, tmp_path)
    listing = read_manifest(tmp_path / "general-chatbot.manifest.json")
    renamed, moved = Path.replace, []

    def failing(self, target):
        if Path(target).parent == tmp_path:
            moved.append(target)
            if len(moved) == 2:
                raise OSError(5, "Input/output error")
        return renamed(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(InputError, match="cannot be written"):
        engine.written(tmp_path / "general-chatbot", "<p>new</p>", listing, pdf=False)
    # The page is new; no manifest says that it is whole, and no print of last week stands beside it.
    assert [path.name for path in tmp_path.iterdir()] == ["general-chatbot.html"]
    assert batch.finished(client, tmp_path) is None
    engine.written(tmp_path / "general-chatbot", "<p>new</p>", listing, pdf=False)
    assert batch.finished(client, tmp_path)
