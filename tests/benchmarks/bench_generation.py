"""Answering an evaluation set against answering it one prompt at a time, as a printed ratio; no time is asserted.

Run with ``make benchmarks``. The prompts are those of the experiment's untuned arms: closed book, few-shot, the
whole knowledge base that fits, and passages (the right one among others). One at a time means
``model.generate`` of ``transformers``, greedy, as its documentation shows it, with the same stop and the same
longest answer. What is gained differs: where much is read and little written, there is little to share.
"""

import random
import time

import torch

from lib.experiment import EXPERIMENT_ARMS, ExperimentConfig
from lib.experiment.answering import pages_that_fit, worked_examples
from lib.experiment.arms import prompt_for
from lib.experiment.models import load_model
from lib.experiment.prompts import STOP
from lib.experiment.quiet import quiet_libraries
from lib.experiment.retrieval.chunks import chunks_of
from lib.experiment.world import Document, sample_company

QUESTIONS = 100
ARMS = ("base", "few_shot", "long_context", "rag", "rag_few_shot")
CONFIG = ExperimentConfig()
EQUAL = 0.97
"""Answers may differ where two words are as good as equally likely: sums in another order, or in fewer digits."""


def prompts_by_arm(base) -> dict[str, list[str]]:
    sample = sample_company()
    generator = random.Random(0)
    passages = [Document(c.document_id, c.kind, c.title, c.text) for c in chunks_of(sample.documents)]
    by_document = {passage.id: passage for passage in passages}
    examples = worked_examples(sample, CONFIG.examples)
    whole = pages_that_fit(base, sample, CONFIG)
    prompts: dict[str, list[str]] = {arm: [] for arm in ARMS}
    for question in sample.questions[:QUESTIONS]:
        right = [by_document[id_] for id_ in question.document_ids]
        shown = right + generator.sample(passages, max(0, CONFIG.k - len(right)))
        generator.shuffle(shown)
        for arm in ARMS:
            pages = {"none": [], "retrieved": shown, "all_that_fit": whole}[EXPERIMENT_ARMS[arm].pages]
            prompt = prompt_for(EXPERIMENT_ARMS[arm], question.question, pages, examples, sample.voice.instructions)
            if base.count_tokens(prompt) + CONFIG.max_answer_tokens <= base.window:
                prompts[arm].append(prompt)
    return prompts


def test_answering_together_against_one_at_a_time() -> None:
    base = load_model()
    prompts = prompts_by_arm(base)
    base.generate(prompts["rag"][:2], 8)

    def alone(prompt: str) -> str:
        ids = base.tokenizer(prompt, return_tensors="pt").to(base.model.device)
        written = base.model.generate(
            **ids,
            max_new_tokens=CONFIG.max_answer_tokens,
            do_sample=False,
            pad_token_id=base.tokenizer.pad_token_id,
            stop_strings=[STOP],
            tokenizer=base.tokenizer,
        )
        text = base.tokenizer.decode(written[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        return text.partition(STOP)[0].strip()

    whole, whole_alone, equal, asked = 0.0, 0.0, 0, 0
    print()
    with quiet_libraries(), torch.inference_mode():
        alone(prompts["rag"][0])
        for arm, some in prompts.items():
            started = time.perf_counter()
            together = base.generate(some, CONFIG.max_answer_tokens)
            seconds = time.perf_counter() - started
            started = time.perf_counter()
            one_by_one = [alone(prompt) for prompt in some]
            seconds_alone = time.perf_counter() - started
            read = sum(answer.prompt_tokens for answer in together) / len(together)
            written = sum(answer.answer_tokens for answer in together) / len(together)
            print(
                f"{arm}: {len(some)} prompts, {read:.0f} tokens read and {written:.0f} written each: together "
                f"{seconds:.1f} s, one at a time {seconds_alone:.1f} s, ratio {seconds_alone / seconds:.1f}×"
            )
            whole, whole_alone = whole + seconds, whole_alone + seconds_alone
            equal += sum(a.text == b for a, b in zip(together, one_by_one, strict=True))
            asked += len(some)
    print(
        f"all {asked} prompts, {torch.get_num_threads()} threads: together {whole:.1f} s, one at a time "
        f"{whole_alone:.1f} s; ratio {whole_alone / whole:.1f}×; {equal / asked:.1%} of the answers equal"
    )
    assert equal / asked >= EQUAL
