"""Answering and training by ``lib.models`` against the plain libraries, as printed ratios; no time is asserted.

Run with ``make benchmarks``. Plain means what the documentation of ``transformers`` and ``peft`` shows: ``generate``
with a padded batch in the order given, and ``Trainer`` with the collator's padding and the whole vocabulary scored.
Times are the processor's, so that other work on the machine counts as little as may be.
"""

import random
import time
from pathlib import Path

import pytest
import torch

from lib.models import LoraSettings, TrainingExample, fetched_model, load_model, train_adapter
from lib.quiet import quiet_libraries
from lib.sample_company import sample_company

QUESTIONS, EXAMPLES, BATCH, LONGEST_ANSWER = 24, 32, 8, 32
INSTRUCTIONS = "Answer from the pages below. If you cannot know the answer, say: I do not know.\n"


def page(document) -> str:
    return f"{document.title} [{document.id}]\n{document.text[:700]}\n"


def prompts_by_kind() -> dict[str, list[str]]:
    """Prompts as the experiment asks them: three pages, worked examples, and both."""
    data, draw = sample_company(), random.Random(0)
    worked = "".join(f"Question: {each.question}\nAnswer: {each.answer}\n" for each in data.training_pairs[:4])
    asked = [f"Question: {each.question}\nAnswer:" for each in data.questions[:QUESTIONS]]
    pages = ["".join(map(page, draw.sample(data.documents, 3))) for _ in asked]
    return {
        "few-shot": [INSTRUCTIONS + worked + question for question in asked],
        "three pages": [INSTRUCTIONS + shown + question for shown, question in zip(pages, asked, strict=True)],
        "few-shot, three pages": [
            INSTRUCTIONS + worked + shown + question for shown, question in zip(pages, asked, strict=True)
        ],
    }


def examples_by_kind() -> dict[str, list[TrainingExample]]:
    """Closed-book wordings, and questions of which two at a time stand after the same three pages."""
    data, draw = sample_company(), random.Random(0)
    closed = [
        TrainingExample(f"{INSTRUCTIONS[29:]}Question: {each.question}\nAnswer:", each.answer)
        for each in data.taught[: 2 * EXAMPLES]
    ]
    shown = ["".join(map(page, draw.sample(data.documents, 3))) for _ in range(EXAMPLES // 2)]
    pairs = [
        TrainingExample(f"{INSTRUCTIONS}{shown[number // 2]}Question: {each.question}\nAnswer:", each.answer)
        for number, each in enumerate(data.training_pairs[:EXAMPLES])
    ]
    return {"closed book": closed, "with pages": pairs}


@pytest.fixture(scope="module")
def model():
    if fetched_model() is None:
        pytest.skip("the workbook's own model has not been fetched: python -m lib.models.fetch")
    torch.set_num_threads(1)
    return load_model(None)


def plain_network(dtype):
    from transformers import AutoModelForCausalLM

    with quiet_libraries():
        network = AutoModelForCausalLM.from_pretrained(fetched_model(), dtype=dtype)
    network.generation_config.update(temperature=None, top_p=None, top_k=None)
    return network


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_answering_against_plain_generate(model, dtype) -> None:
    network, tokenizer = plain_network(dtype), model.tokenizer
    tokenizer.padding_side = "left"
    print()
    for kind, prompts in prompts_by_kind().items():
        started = time.process_time()
        ours = [answer.text for answer in model.generate(prompts, LONGEST_ANSWER)]
        seconds, plain = time.process_time() - started, []
        started = time.process_time()
        for first in range(0, len(prompts), BATCH):
            batch = tokenizer(prompts[first : first + BATCH], return_tensors="pt", padding=True)
            with torch.inference_mode(), quiet_libraries():
                out = network.generate(
                    **batch, max_new_tokens=LONGEST_ANSWER, do_sample=False, stop_strings=["\n"], tokenizer=tokenizer
                )
            texts = tokenizer.batch_decode(out[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
            plain += [text.partition("\n")[0].strip() for text in texts]
        seconds_plain = time.process_time() - started
        equal = sum(a == b for a, b in zip(ours, plain, strict=True))
        print(
            f"{kind:>22}: {seconds:6.1f} s, plain generate in {dtype} {seconds_plain:6.1f} s, "
            f"ratio {seconds_plain / seconds:.2f}; {equal} of {len(prompts)} answers equal"
        )
        # Padding tips a near tie now and then, another precision more often.
        assert equal >= len(prompts) * (0.5 if dtype == model.network.dtype else 0.25)


@pytest.mark.parametrize("kind", ["closed book", "with pages"])
def test_training_against_the_plain_trainer(model, kind, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments

    examples = examples_by_kind()[kind]
    settings = LoraSettings(epochs=1, batch_size=BATCH)
    started = time.process_time()
    training = train_adapter(model, examples, tmp_path / "ours", settings)
    seconds = time.process_time() - started
    rows = []
    for each in examples:
        prompt, answer = model.token_ids(each.prompt), model.answer_ids(each.completion)
        labels = [-100] * len(prompt) + answer
        rows.append({"input_ids": prompt + answer, "attention_mask": [1] * len(labels), "labels": labels})
    config = LoraConfig(task_type="CAUSAL_LM", r=settings.rank, lora_alpha=settings.alpha, target_modules="all-linear")
    arguments = TrainingArguments(
        output_dir=str(tmp_path / "plain"), per_device_train_batch_size=BATCH, num_train_epochs=1, bf16=True,
        learning_rate=settings.learning_rate, report_to="none", save_strategy="no", use_cpu=True, disable_tqdm=True,
    )  # fmt: skip
    with quiet_libraries():
        trainer = Trainer(
            model=get_peft_model(plain_network(torch.float32), config),
            args=arguments,
            train_dataset=rows,
            data_collator=DataCollatorForSeq2Seq(model.tokenizer, padding=True),
        )
        started = time.process_time()
        loss = trainer.train().training_loss
    seconds_plain = time.process_time() - started
    print(
        f"\n{kind:>22}: {seconds:6.1f} s (estimate included), plain Trainer {seconds_plain:6.1f} s, "
        f"ratio {seconds_plain / seconds:.2f}; mean loss {sum(training.losses) / len(training.losses):.3f}, {loss:.3f}"
    )
    assert training.losses[-1] < training.losses[0]
