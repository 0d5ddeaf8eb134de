"""Five hundred generated bad client files: each is refused with one sentence and exit status 2."""

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.client.facts import field_specs
from lib.commands.decide import decide_command
from lib.errors import InputError

NUMBERS = [path for path, spec in field_specs().items() if spec.kind == "number"]
TRUTHS = [path for path, spec in field_specs().items() if spec.kind == "truth"]
CHOICES = [path for path, spec in field_specs().items() if spec.kind == "choice"]
KEYS = re.compile(r"^[a-z_]{3,20}$")


def document(path: str, raw: str) -> str:
    """A client file in which one field holds raw YAML."""
    section, field = path.split(".")
    if section == "client":
        return f"client:\n  {field}: {raw}\n"
    return f"client: {{name: x}}\n{section}:\n  {field}: {raw}\n"


NOT_A_NUMBER = st.sampled_from(
    ["1e5", "no", "yes", "on", "2026-05-01", "12:30", "010", "1_000", ".nan", ".inf", "-.inf", "[1, 2]", "{low: 1}",
     "{low: 3, likely: 2, high: 1}", "{low: 1, likely: 2, high: 3, extra: 4}", "true", '"5"', "abc", "0x1F",
     "{low: 1, likely: .nan, high: 3}", "!!binary aGVsbG8=", "!!python/object:os.system x", "&a 5", "9" * 400, "-" + "9" * 5000]
)  # fmt: skip
TOO_FAR = st.sampled_from(["-1e-300", "-0.5", "-7", "1e300", "99999999999999999999"]).filter(lambda raw: "e" not in raw)

bad_number = st.tuples(st.sampled_from(NUMBERS), st.one_of(NOT_A_NUMBER, TOO_FAR)).map(lambda pair: document(*pair))
bad_truth = st.tuples(
    st.sampled_from(TRUTHS), st.sampled_from(["no", "yes", "off", "1", "0", '"true"', "[true]", "maybe", "{a: 1}"])
).map(lambda pair: document(*pair))
bad_choice = st.tuples(
    st.sampled_from(CHOICES), st.sampled_from(["High", "1", "true", "no", "[low]", "2026-01-01", "nonesuch"])
).map(lambda pair: document(*pair))
unknown_key = (
    st.tuples(st.sampled_from(sorted({p.split(".")[0] for p in NUMBERS})), st.from_regex(KEYS, fullmatch=True))
    .filter(lambda pair: f"{pair[0]}.{pair[1]}" not in field_specs())
    .map(lambda pair: document(f"{pair[0]}.{pair[1]}", "1"))
)
unknown_section = (
    st.from_regex(KEYS, fullmatch=True)
    .filter(lambda word: word not in {path.split(".")[0] for path in field_specs()})
    .map(lambda word: f"client: {{name: x}}\n{word}: {{a: 1}}\n")
)
duplicate_key = st.sampled_from(NUMBERS).map(lambda path: document(path, "1") + f"  {path.split('.')[1]}: 2\n")
alias = st.sampled_from(NUMBERS).map(lambda path: document(path, "&here 1") + "report: {title: *here}\n")
broken = st.one_of(
    st.sampled_from(["", "\n", "---\n", "# only a comment\n", "null\n", "[]\n", "5\n", "text\n", "client:\n", "client: {}\n",
                     "client: []\n", "client: {name: }\n", "client: {name: ''}\n", "{", "- - -", "a: b: c", "\t\tx: 1",
                     "client: {name: x}\n---\nclient: {name: y}\n", "[" * 3000, "client: {name: x}\nknowledge: 5\n"]),
    st.text(max_size=40).filter(lambda text: not is_a_client(text)),
)  # fmt: skip


def is_a_client(text: str) -> bool:
    try:
        value = yaml.safe_load(text)
    except Exception:
        return False
    return isinstance(value, dict) and "client" in value


BAD = st.one_of(bad_number, bad_truth, bad_choice, unknown_key, unknown_section, duplicate_key, alias, broken)


def outcome(path: Path) -> str:
    result = CliRunner().invoke(decide_command, [str(path)])
    assert isinstance(result.exception, InputError), (path.read_bytes()[:200], result.output, result.exception)
    return str(result.exception)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(text=BAD)
def test_each_bad_file_is_refused_with_one_sentence_naming_the_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    sentence = outcome(path)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence and "Traceback" not in sentence
    assert "allowed" in sentence or "did you mean" in sentence, sentence
    assert len(sentence) < 700, sentence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=60).filter(lambda data: b"client" not in data))
def test_binary_files_are_refused_with_one_sentence(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(data)
    assert outcome(path).startswith(str(path))


@pytest.mark.parametrize("path", NUMBERS)
def test_a_negative_or_huge_number_names_its_key(path: str, tmp_path: Path) -> None:
    for raw in ("-5", "9" * 30):
        file = tmp_path / "bad.yaml"
        file.write_text(document(path, raw), encoding="utf-8")
        assert path in outcome(file)
