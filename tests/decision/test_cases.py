"""The cases that the articles describe come out as the article answers."""

import pytest

from lib.client import load_client
from lib.decision import decide
from lib.paths import CLIENTS, PROJECT

ANSWERS = {
    "support-knowledge-base": "rag",
    "voice-agent": "fine_tune",
    "legal-writing": "fine_tune",
    "compliance-handbook": "rag",
    "clinical-notes": "hybrid",
    "shop-assistant": "rag",
    "general-chatbot": "prompt",
    "stale-startup": "rag",
    "commercial-law": "hybrid",
    "product-descriptions": "hybrid",
    "internal-knowledge-base": "rag",
    "support-tickets": "hybrid",
    "fortnightly-features": "rag",
    "coding-assistant": "fine_tune",
}


@pytest.mark.parametrize(("name", "answer"), ANSWERS.items())
def test_the_case_comes_out_as_its_article_answers(name: str, answer: str) -> None:
    assert decide(load_client(CLIENTS / f"{name}.yaml")).recommendation == answer


def test_no_code_and_no_rule_knows_a_case() -> None:
    names = {path.stem for path in CLIENTS.glob("*.yaml")} | {
        load_client(path).client.name for path in CLIENTS.glob("*.yaml")
    }
    # The room's door shows an example by name; nothing behind it knows one.
    rooms = [path for path in (PROJECT / "lib" / "decision").rglob("*.py") if path.name != "__init__.py"]
    rooms += [*(PROJECT / "data" / "frameworks").glob("*.yaml")]
    rooms += [PROJECT / "data" / "decision" / "thresholds.yaml"]
    for path in rooms:
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if name in text], path
