"""A training tells what it takes, goes on after an interruption, and reaches the loss of the plain libraries."""

import json
from dataclasses import replace

import pytest
import torch

from lib.errors import InputError
from lib.experiment.finetune import Lesson, LoraSettings, estimate, fine_tune
from lib.experiment.finetune.lessons_file import read_lessons
from lib.experiment.finetune.network import answer_loss, lora_config, with_adapters
from lib.experiment.finetune.order import LikeLengths, planned_batches
from lib.experiment.finetune.packing import Packed, collate, reads_packed
from lib.experiment.finetune.rows import fitting_rows, lesson_row
from lib.experiment.fused.attention import short_attention
from lib.experiment.fused.lora import FusedLoraLinear
from lib.experiment.precision import in_bf16

SETTINGS = LoraSettings(rank=4, epochs=2, batch_size=4)
WEIGHTS = "adapter_model.safetensors"


@pytest.fixture(scope="module")
def lessons(sample):
    pages = {page.id: page for page in sample.documents_at_training}
    made = [Lesson(pair.question, pair.answer) for pair in sample.training_pairs[:6]]
    return made + [
        Lesson(pair.question, pair.answer, [pages[id_] for id_ in pair.document_ids])
        for pair in sample.training_pairs[6:10]
    ]


def weights_of(adapter):
    from safetensors.torch import load_file

    return load_file(adapter / WEIGHTS)


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return {name: each.grad.clone() for name, each in model.named_parameters() if each.grad is not None}


def test_the_loss_of_a_padded_batch_is_the_librarys_own(tiny_model, lessons):
    rows = [lesson_row(tiny_model, lesson) for lesson in lessons]
    batch = collate(rows, tiny_model.tokenizer.pad_token_id)
    mask = torch.tensor(
        [[1] * len(r["input_ids"]) + [0] * (batch["labels"].shape[1] - len(r["input_ids"])) for r in rows]
    )
    with torch.no_grad():
        theirs = tiny_model.model(**batch, attention_mask=mask).loss
        ours = answer_loss(tiny_model.model, batch)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)


def test_the_fused_layers_have_the_gradients_of_peft(tiny_model, lessons):
    from peft import get_peft_model

    batch = collate(fitting_rows(tiny_model, lessons), tiny_model.tokenizer.pad_token_id)
    found = []
    for fused in (False, True):
        model = in_bf16(tiny_model.model).float()
        config = lora_config(SETTINGS)
        if fused:
            config._register_custom_module({torch.nn.Linear: FusedLoraLinear})
            model.set_attn_implementation(short_attention())
        torch.manual_seed(0)
        tuned = get_peft_model(model, config).train()
        for name, each in tuned.named_parameters():
            # B starts at zero, where A has no gradient yet.
            if "lora_B" in name:
                torch.nn.init.normal_(each, std=0.1)
        found.append(gradients(tuned, answer_loss(tuned, batch)))
    plain, ours = found
    assert plain.keys() == ours.keys() and len(plain) == 2 * 2 * 7
    for name in plain:
        torch.testing.assert_close(ours[name], plain[name], rtol=1e-4, atol=1e-6, msg=name)


def test_a_layer_with_a_bias_is_fused_with_it():
    from peft import LoraConfig, get_peft_model

    inputs = torch.randn(3, 5, 8)
    config = LoraConfig(r=2, target_modules=["0"])
    config._register_custom_module({torch.nn.Linear: FusedLoraLinear})
    torch.manual_seed(0)
    layer = torch.nn.Sequential(torch.nn.Linear(8, 6))
    tuned = get_peft_model(layer, config)
    torch.nn.init.normal_(tuned.base_model.model[0].lora_B["default"].weight)
    training = tuned.train()(inputs)
    torch.testing.assert_close(training, tuned.eval()(inputs))


def test_bf16_and_fp32_reach_the_same_loss(tiny_model, lessons, tmp_path):
    settings = replace(SETTINGS, epochs=12, learning_rate=1e-2)
    ends = {}
    for precision in ("bf16", "fp32"):
        training = fine_tune(tiny_model, lessons, tmp_path / precision, settings, precision=precision)
        assert training.precision == precision
        ends[precision] = sum(training.losses[-3:]) / 3
    assert training.losses[0] > 1.5 * ends["fp32"]
    assert ends["bf16"] == pytest.approx(ends["fp32"], rel=0.1, abs=0.02)


def test_rotary_angles_keep_their_digits_in_the_bf16_copy(tiny_model):
    twin = in_bf16(tiny_model.model)
    assert {each.dtype for each in twin.parameters()} == {torch.bfloat16}
    assert {each.dtype for each in twin.buffers()} == {torch.float32}
    assert {each.dtype for each in tiny_model.model.parameters()} == {torch.float32}


@pytest.fixture(scope="module")
def on_the_same_pages(tiny_model, sample):
    """Seven lessons on two sets of pages, one of its own and one without."""
    pages, pairs = sample.documents_at_training, sample.training_pairs
    shown = [pages[:2], pages[:2], pages[:2], pages[:2], pages[2:4], pages[2:4], pages[2:4], pages[4:5], ()]
    lessons = [Lesson(pair.question, pair.answer, each) for pair, each in zip(pairs, shown, strict=False)]
    return fitting_rows(tiny_model, lessons)


@pytest.mark.parametrize("attention", ["sdpa", short_attention()])
def test_lessons_read_together_have_the_loss_and_gradients_of_lessons_apart(tiny_model, on_the_same_pages, attention):
    padding = tiny_model.tokenizer.pad_token_id
    together = collate(on_the_same_pages, padding)
    assert together["input_ids"].shape[0] == 4 and together["attention_mask"].dtype == torch.bool
    lengths = sum(len(row["input_ids"]) for row in on_the_same_pages)
    assert (together["attention_mask"].any(-1)).sum() < lengths
    with with_adapters(tiny_model, SETTINGS, 0, "fp32") as network:
        for name, each in network.tuned.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(each, std=0.1)
        apart = None
        for row in on_the_same_pages:
            loss = answer_loss(network.tuned, collate([row], padding), 100)
            apart = loss if apart is None else apart + loss
        wanted = gradients(network.tuned, apart)
        before = tiny_model.model.config._attn_implementation
        tiny_model.model.set_attn_implementation(attention)
        try:
            loss = answer_loss(network.tuned, together, 100)
            found = gradients(network.tuned, loss)
        finally:
            tiny_model.model.set_attn_implementation(before)
    assert loss.item() == pytest.approx(apart.item(), rel=1e-5)
    for name in wanted:
        torch.testing.assert_close(found[name], wanted[name], rtol=1e-3, atol=1e-6, msg=name)


def test_lessons_on_the_same_pages_share_a_batch(on_the_same_pages):
    batches = planned_batches(on_the_same_pages * 3, replace(SETTINGS, batch_size=9), 0)
    assert sum(map(len, batches)) == 27 and all(len(batch) == 9 for batch in batches)
    packed = sum(collate(batch, 0)["input_ids"].shape[0] for batch in batches)
    assert packed <= 3 * 5


def test_only_a_model_that_obeys_masks_reads_lessons_together(tiny_model, on_the_same_pages):
    from transformers import Gemma2Config, MistralConfig

    assert reads_packed(tiny_model.model.config)
    for config in (
        Gemma2Config(attn_implementation="sdpa"),
        MistralConfig(sliding_window=8, attn_implementation="sdpa"),
    ):
        assert not reads_packed(config)
    eager = MistralConfig(sliding_window=None, attn_implementation="eager")
    assert not reads_packed(eager)
    apart = collate(on_the_same_pages, 0, together=False)
    assert apart.keys() == {"input_ids", "labels"} and len(apart["labels"]) == len(on_the_same_pages)


def test_every_epoch_sees_every_lesson_once_in_another_order():
    lengths = [10 * (number % 7) + 1 for number in range(50)]
    sampler = LikeLengths(lengths, 8, seed=0)
    first = list(sampler)
    assert sorted(first) == list(range(50)) and list(sampler) == first
    sampler.set_epoch(1)
    assert sorted(sampler) == list(range(50)) and list(sampler) != first


def test_batches_of_like_length_are_padded_less_than_random_ones():
    lengths = [(number * 37) % 101 + 1 for number in range(400)]

    def padded(batches):
        return sum(len(batch) * max(lengths[number] for number in batch) for batch in batches)

    near = LikeLengths(lengths, 8, seed=0).batches()
    assert [len(batch) for batch in near] == [8] * 50
    random = [list(range(start, start + 8)) for start in range(0, 400, 8)]
    assert sum(lengths) <= padded(near) < 1.1 * sum(lengths) < 1.5 * sum(lengths) < padded(random)


class Stopped(Exception):
    """Stands for whatever ends a process in the middle."""


def test_an_interrupted_training_goes_on_to_the_same_result(tiny_model, lessons, tmp_path):
    settings = replace(SETTINGS, dropout=0.1)

    def stop(step, loss, total):
        if step == 4:
            raise Stopped

    whole = fine_tune(tiny_model, lessons, tmp_path / "whole", settings, seed=1)
    assert len(whole.losses) == whole.estimate.steps == 6 and whole.resumed_from == 0
    with pytest.raises(Stopped):
        fine_tune(tiny_model, lessons, tmp_path / "adapter", settings, seed=1, on_loss=stop, save_every=0)
    assert not (tmp_path / "adapter").exists()
    told = []
    again = fine_tune(
        tiny_model, lessons, tmp_path / "adapter", settings, seed=1, on_loss=lambda step, *_: told.append(step)
    )
    # The third step is the second of the first epoch's three; the fourth begins the second epoch.
    assert again.resumed_from == 3 and told == [4, 5, 6]
    assert again.losses == pytest.approx(whole.losses, rel=1e-6)
    expected, found = weights_of(whole.adapter), weights_of(again.adapter)
    for name in expected:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-5, atol=1e-7)
    assert not (tmp_path / ".checkpoints").exists()


def test_checkpoints_of_another_training_are_left_alone(tiny_model, lessons, tmp_path):
    def stop(step, loss, total):
        if step == 3:
            raise Stopped

    with pytest.raises(Stopped):
        fine_tune(tiny_model, lessons, tmp_path / "adapter", SETTINGS, on_loss=stop, save_every=0)
    kept = sorted((tmp_path / ".checkpoints").rglob("trainer_state.json"))
    assert kept
    for changed in ({"settings": replace(SETTINGS, rank=2)}, {"seed": 9}, {"lessons": lessons[1:]}):
        options = {"lessons": lessons, "settings": SETTINGS, "seed": 0} | changed
        other = fine_tune(tiny_model, options["lessons"], tmp_path / "adapter", options["settings"], options["seed"])
        assert other.resumed_from == 0
    assert sorted((tmp_path / ".checkpoints").rglob("trainer_state.json")) == kept


def test_a_checkpoint_cut_short_is_passed_over(tiny_model, lessons, tmp_path):
    def stop(step, loss, total):
        if step == 3:
            raise Stopped

    with pytest.raises(Stopped):
        fine_tune(tiny_model, lessons, tmp_path / "adapter", SETTINGS, on_loss=stop, save_every=0)
    (state,) = (tmp_path / ".checkpoints").rglob("checkpoint-2/trainer_state.json")
    state.unlink()
    assert fine_tune(tiny_model, lessons, tmp_path / "adapter", SETTINGS).resumed_from == 0


def test_the_estimate_comes_before_and_is_measured_after(tiny_model, lessons, tmp_path):
    told = []
    training = fine_tune(
        tiny_model,
        lessons,
        tmp_path / "adapter",
        SETTINGS,
        on_estimate=lambda expected: told.append((expected, (tmp_path / "adapter").exists())),
    )
    assert told == [(training.estimate, False)]
    rows = fitting_rows(tiny_model, lessons)
    assert training.estimate.tokens == training.tokens == 2 * sum(len(row["input_ids"]) for row in rows)
    # Ten lessons in batches of four, twice.
    assert training.estimate.steps == 6 == len(training.losses)
    assert training.estimate.seconds > 0 and training.seconds > 0 and training.time_ratio > 0
    assert training.time_ratio == pytest.approx(training.seconds / training.estimate.seconds)
    assert training.memory_ratio == pytest.approx(training.peak_memory_mib / training.estimate.memory_mib)
    assert "times the time" in str(training) and "steps over" in str(training.estimate)


def test_operations_are_counted_by_hand(tiny_model, sample):
    from lib.experiment.finetune.estimating import _operations

    # Width 32, two layers; heads of 2 × 16 are as wide as the model: 4 × 32² for attention, 3 × 32 × 64 behind.
    inner, vocabulary = 2 * (4 * 32 * 32 + 3 * 32 * 64), tiny_model.model.config.vocab_size * 32
    row = Packed([1] * 10, [-100] * 7 + [1] * 3)
    tied = tiny_model.model.config.tie_word_embeddings
    frozen = inner + vocabulary * (1 if tied else 2)
    counted = _operations(tiny_model, [row], LoraSettings(epochs=2), frozen, 100)
    assert counted == 2 * (10 * (4 * inner + 6 * 100) + 3 * 4 * vocabulary + 12 * 100 * 2 * 32)


def test_estimating_alone_leaves_the_model_as_it_was(tiny_model, lessons):
    before = {name: value.clone() for name, value in tiny_model.model.state_dict().items()}
    expected = estimate(tiny_model, lessons, SETTINGS)
    after = tiny_model.model.state_dict()
    assert expected.memory_mib > 0 and before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_memory_of_activations_grows_with_the_batch(tiny_model, lessons):
    small, large = (estimate(tiny_model, lessons * 4, replace(SETTINGS, batch_size=size)) for size in (2, 16))
    assert large.memory_mib > small.memory_mib


def test_the_base_model_is_used_as_it_is_where_nothing_is_faster(tiny_model):
    with with_adapters(tiny_model, SETTINGS, 0, "fp32") as network:
        assert network.tuned.get_base_model() is tiny_model.model
    assert all(each.requires_grad for each in tiny_model.model.parameters())
    assert not any("lora" in name for name, _ in tiny_model.model.named_modules())


def test_lessons_are_read_from_a_file(tmp_path):
    file = tmp_path / "lessons.jsonl"
    page = {"id": "plan-1", "title": "Plan", "text": "It costs 9."}
    lines = [{"question": "What?", "answer": "9."}, {"question": "Why?", "answer": "So.", "documents": [page]}]
    file.write_text("\n\n".join(map(json.dumps, lines)), encoding="utf-8")
    first, second = read_lessons(file)
    assert (first.question, first.answer, first.documents) == ("What?", "9.", ())
    assert [(page.id, page.title, page.text) for page in second.documents] == [("plan-1", "Plan", "It costs 9.")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 1: not a JSON object"),
        ('{"question": "What?"}', "line 1: answer is None"),
        ('{"question": " ", "answer": "9"}', "line 1: question is ' '"),
        ('{"question": "a", "answer": "b", "pages": []}', "line 1: 'pages' is unknown"),
        ('{"question": "a", "answer": "b", "documents": [{"id": "x", "title": "y"}]}', "documents: text is None"),
        ('{"question": "a", "answer": "b", "documents": ["x"]}', "documents holds 'x'"),
        ("", "holds no lesson"),
    ],
)
def test_a_broken_file_of_lessons_is_one_clear_sentence(tmp_path, line, words):
    file = tmp_path / "lessons.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_lessons(file)
    assert words in str(caught.value) and "lessons.jsonl" in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        read_lessons(tmp_path / "missing.jsonl")
