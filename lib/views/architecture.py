"""The recommended architecture as lanes of boxes: what is prepared, what runs for every question, what is watched."""

from collections.abc import Mapping

from lib.arms import ARM, ARMS, KNOWING_ARMS, RETRIEVAL_ARMS, TUNED_ARMS
from lib.views.chart import ARM_COLOURS, plain_title
from lib.views.markup import Page, caption, joined, render
from lib.wording import capital, listed

Lane = tuple[str, str, list[tuple[str, str]]]
"""Kind (``prepared``, ``live``, ``watched``), heading, and the boxes in their order: name and what is in it."""


def architecture(arm: str, names: Mapping[str, str]) -> Page:
    """Draw ``arm``; ``names`` gives the ``base_model``, ``tuned_model``, ``embedding_model`` and ``vector_store``.

    Raises :class:`KeyError` for anything that is no arm.
    """
    if arm not in ARMS:
        raise KeyError(arm)
    title = f"{capital(plain_title(arm))}: what is prepared, what runs, what is watched"
    picture = render("architecture.html", title=title, colour=ARM_COLOURS[arm], lanes=lanes(arm, names))
    return joined(picture, caption(_sentence(arm, names)))


def lanes(arm: str, names: Mapping[str, str]) -> list[Lane]:
    """List the lanes of ``arm``, each with its boxes from left to right."""
    found: list[Lane] = []
    if arm in RETRIEVAL_ARMS:
        boxes = [
            ("Documents", ""),
            ("Split and embed", names["embedding_model"]),
            ("Vector store", names["vector_store"]),
        ]
        found.append(("prepared", "Prepared for the search, and again when documents change", boxes))
    if arm == "long_context":
        boxes = [("Documents", "the whole knowledge base"), ("Prompt cache", "the fixed part, kept by the provider")]
        found.append(("prepared", "Prepared for the prompt, and again when documents change", boxes))
    if arm in TUNED_ARMS:
        boxes = [
            ("Training examples", "question and ideal answer"),
            ("Training (LoRA)", ""),
            ("Tuned weights", "stored with their version"),
        ]
        found.append(("prepared", "Prepared for the model, and again when style or task changes", boxes))
    model = ("Tuned model", names["tuned_model"]) if arm in TUNED_ARMS else ("Model", names["base_model"])
    checked = "with its sources, checked" if arm in KNOWING_ARMS else "checked against the schema"
    search = [("Search", f"in {names['vector_store']}")] if arm in RETRIEVAL_ARMS else []
    live = [("Question", "from the user"), *search, ("Prompt", ARM[arm].reads), model, ("Answer", checked)]
    watched = [("Evaluation set", "real questions with marked answers"), ("Answers", "compared with the marked ones")]
    return [*found, ("live", "Runs for every question", live), ("watched", "Run again after every change", watched)]


def _sentence(arm: str, names: Mapping[str, str]) -> str:
    steps, prepared = [], []
    if arm in RETRIEVAL_ARMS:
        steps.append(f"searches the documents in {names['vector_store']}")
        prepared.append("the documents are indexed again when they change")
    if arm == "long_context":
        steps.append("puts the whole knowledge base before the question")
    if arm in TUNED_ARMS:
        prepared.append("the model is trained on examples, and again when style or task changes")
    steps += [
        f"writes the prompt and asks {names['tuned_model' if arm in TUNED_ARMS else 'base_model']}",
        "checks the answer before the user sees it",
    ]
    prepared.append("the evaluation set is run again after every change")
    return f"{capital(plain_title(arm))}: for every question the application {listed(steps)}; {listed(prepared)}."
