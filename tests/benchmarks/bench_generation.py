"""Answering many prompts against answering them one at a time, printed as a ratio; nothing is asserted of time.

Run with ``make benchmarks``. The prompts are those of the RAG arm: three pages, the right one among them,
then the question. One at a time means ``model.generate`` of ``transformers``, greedy, as its documentation
shows it, with the same stop and the same longest answer.
"""

import random
import time

import torch

from lib.experiment.models import load_model
from lib.experiment.prompts import STOP, build_prompt
from lib.experiment.quiet import quiet_libraries
from lib.experiment.world import sample_company

PROMPTS = 200
LONGEST_ANSWER = 64
EQUAL = 0.98
"""Answers may differ where two words are as good as equally likely: sums in another order."""


def rag_prompts(base) -> list[str]:
    sample = sample_company()
    generator = random.Random(0)
    prompts = []
    for question in generator.sample(sample.questions, len(sample.questions)):
        right = [page for page in sample.documents if page.id in question.document_ids]
        others = [page for page in sample.documents if page.id not in question.document_ids]
        shown = right + generator.sample(others, max(0, 3 - len(right)))
        generator.shuffle(shown)
        prompt = build_prompt(question.question, shown)
        if base.count_tokens(prompt) + LONGEST_ANSWER <= base.window:
            prompts.append(prompt)
    return prompts[:PROMPTS]


def test_answering_together_against_one_at_a_time() -> None:
    base = load_model()
    prompts = rag_prompts(base)
    base.generate(prompts[:2], LONGEST_ANSWER)
    started, processor = time.perf_counter(), time.process_time()
    together = base.generate(prompts, LONGEST_ANSWER)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor

    def alone(prompt: str) -> str:
        ids = base.tokenizer(prompt, return_tensors="pt").to(base.model.device)
        written = base.model.generate(
            **ids,
            max_new_tokens=LONGEST_ANSWER,
            do_sample=False,
            pad_token_id=base.tokenizer.pad_token_id,
            stop_strings=[STOP],
            tokenizer=base.tokenizer,
        )
        text = base.tokenizer.decode(written[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        return text.partition(STOP)[0].strip()

    with quiet_libraries(), torch.inference_mode():
        alone(prompts[0])
        start_alone, processor_alone = time.perf_counter(), time.process_time()
        one_by_one = [alone(prompt) for prompt in prompts]
        seconds_alone = time.perf_counter() - start_alone
        processor_alone = time.process_time() - processor_alone
    equal = sum(a.text == b for a, b in zip(together, one_by_one, strict=True)) / len(prompts)
    tokens = sum(answer.answer_tokens for answer in together)
    print(
        f"\n{len(prompts)} RAG prompts, {sum(answer.prompt_tokens for answer in together):,} tokens read, {tokens:,} written, "
        f"{torch.get_num_threads()} threads: together {seconds:.1f} s, one at a time {seconds_alone:.1f} s; "
        f"ratio {seconds_alone / seconds:.1f}× (in processor time {processor_alone / processor:.1f}×); "
        f"{equal:.1%} of the answers equal"
    )
    assert equal >= EQUAL
