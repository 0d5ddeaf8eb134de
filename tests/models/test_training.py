"""LoRA training: the library's own losses, gradients and weights; interrupted, it ends where it would have."""

import json

import pytest
import torch

from lib.errors import InputError
from lib.models import LoraSettings, TrainingExample, Until, load_model, train_adapter
from lib.models.packing import collate, completion_loss, packed, row_of
from lib.models.training import _with_adapter

SETTINGS = LoraSettings(rank=4, alpha=8, epochs=3, batch_size=4, learning_rate=5e-3)
EXAMPLES = [
    TrainingExample(
        f"I do not know which page says it.\nQuestion: plan {n} {'a page ' * (n % 3)}?\nAnswer:", f"{n} days"
    )
    for n in range(10)
]


def weights(folder):
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")


def gradients(model, items, attention=None, layer=True):
    """Give loss and gradients of an adapter whose second half is not zero, as it is at the start."""
    if attention:
        model.network.set_attn_implementation(attention)
    with _with_adapter(model, SETTINGS, seed=0, one_pass=layer) as tuned:
        for number, (name, parameter) in enumerate(tuned.named_parameters()):
            if "lora_B" in name:
                torch.manual_seed(number)
                parameter.data.normal_(0, 0.1)
        tuned.train()
        loss = completion_loss(tuned, collate(items, padding=0))
        loss.backward()
        found = torch.cat([each.grad.flatten() for each in tuned.parameters() if each.requires_grad])
    return loss.item(), found


@pytest.mark.parametrize("one_pass", [True, False])
def test_losses_and_gradients_are_those_of_the_plain_libraries(tiny, one_pass):
    rows = [row_of(tiny.token_ids(example.prompt), tiny.answer_ids(example.completion)) for example in EXAMPLES]
    loss, found = gradients(tiny, rows, layer=one_pass)
    wanted_loss, wanted = gradients(tiny, rows, "eager", layer=False)
    assert loss == pytest.approx(wanted_loss, rel=1e-5)
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("attention", [None, "sdpa"])
def test_rows_that_begin_alike_are_read_once_and_teach_the_same(tiny, attention):
    rows = [row_of(tiny.token_ids(example.prompt), tiny.answer_ids(example.completion)) for example in EXAMPLES]
    items = packed(rows, 4)
    assert len(items) < len(rows) and sum(len(each["input_ids"]) for each in items) < sum(
        len(each["input_ids"]) for each in rows
    )
    loss, found = gradients(tiny, items, attention)
    wanted_loss, wanted = gradients(tiny, rows, "sdpa", layer=False)
    assert loss == pytest.approx(wanted_loss, rel=1e-5)
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-5)


def test_a_row_alone_is_left_as_it_is(tiny):
    rows = [
        row_of(tiny.token_ids(prompt), tiny.answer_ids("ten")) for prompt in ("plan", "window of the refund", "says")
    ]
    assert [each["input_ids"] for each in packed(rows, 4)] == sorted(each["input_ids"] for each in rows)


def test_a_training_learns_saves_what_peft_reads_and_leaves_the_model_as_it_was(tiny, tmp_path):
    before = {name: value.clone() for name, value in tiny.network.state_dict().items()}
    told = []
    training = train_adapter(tiny, EXAMPLES, tmp_path / "adapter", SETTINGS, 0, lambda *each: told.append(each))
    assert training.losses[-1] < training.losses[0] and len(training.losses) == training.estimate.steps
    assert told[-1][1] == told[-1][2] == len(training.losses)
    assert training.estimate.seconds > 0 and training.seconds > 0 and training.peak_memory_mib > 0
    assert training.examples == 10 and training.too_long == 0 and training.epochs == 3 and training.taught is None
    after = tiny.network.state_dict()
    assert set(after) == set(before) and all(torch.equal(after[name], before[name]) for name in before)
    noted = json.loads((tmp_path / "adapter" / "training.json").read_text(encoding="utf-8"))
    assert noted["seconds"] == training.seconds and noted["settings"]["rank"] == 4
    assert bool(noted["machine"]) == (tiny.network.device.type == "cuda")
    assert "10 examples, 3 epochs, seed 0" in (tmp_path / "adapter" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir() if path.name != "adapter"] in ([], [".checkpoints"])

    from peft import PeftModel

    prompts = [example.prompt for example in EXAMPLES]
    with tiny.adapted(training.adapter) as tuned:
        answers = [answer.text for answer in tuned.generate(prompts, 6)]
        assert tuned.fingerprint != tiny.fingerprint and tuned.perplexity(prompts[:1], ["0 days"]) < tiny.perplexity(
            prompts[:1], ["0 days"]
        )
    plain = PeftModel.from_pretrained(load_model(tiny.name).network, training.adapter)
    for prompt, answer in zip(prompts, answers, strict=True):
        ids = torch.tensor([tiny.token_ids(prompt)])
        out = plain.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=6, do_sample=False)[
            0, ids.shape[1] :
        ]
        assert tiny.tokenizer.decode(out, skip_special_tokens=True).partition("\n")[0].strip() == answer


def test_the_same_seed_gives_the_same_adapter_and_another_seed_another(tiny, tmp_path):
    once, again, other = (
        weights(train_adapter(tiny, EXAMPLES, tmp_path / name, SETTINGS, seed).adapter)
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert all(torch.equal(once[name], again[name]) for name in once)
    assert not all(torch.equal(once[name], other[name]) for name in once)


def test_an_interrupted_training_goes_on_and_ends_where_it_would_have(tiny, tmp_path):
    whole = train_adapter(tiny, EXAMPLES, tmp_path / "whole", SETTINGS)

    class Interrupted(Exception):
        pass

    def stops(stage, step, total):
        if step == 5:
            raise Interrupted

    arguments = dict(settings=SETTINGS, save_every=0.0)
    with pytest.raises(Interrupted):
        train_adapter(tiny, EXAMPLES, tmp_path / "part", progress=stops, **arguments)
    assert not (tmp_path / "part").exists()
    resumed = train_adapter(tiny, EXAMPLES, tmp_path / "part", **arguments)
    assert resumed.resumed_from == 4 and resumed.losses == pytest.approx(whole.losses)
    ours, theirs = weights(resumed.adapter), weights(whole.adapter)
    assert all(torch.allclose(ours[name], theirs[name], atol=1e-6) for name in theirs)


def test_a_training_ends_once_enough_is_known_and_says_after_which_dose(tiny, tmp_path):
    shares, prompts = iter([0.2, 0.96, 1.0]), [example.prompt for example in EXAMPLES[:2]]

    def check(tuned):
        assert len(tuned.generate(prompts, 3)) == 2
        return next(shares)

    training = train_adapter(tiny, EXAMPLES, tmp_path / "adapter", SETTINGS, until=Until(check, 0.95))
    assert training.checks == ((1, 0.2), (2, 0.96)) and training.taught == 0.96 and training.epochs == 2
    assert len(training.losses) == training.estimate.steps * 2 // 3


def test_what_does_not_fit_is_left_out_and_counted_and_nothing_at_all_refused(tiny, tmp_path):
    long = TrainingExample("plan " * 500, "ten")
    training = train_adapter(tiny, [*EXAMPLES, long], tmp_path / "adapter", LoraSettings(rank=2, epochs=1))
    assert (training.examples, training.too_long) == (10, 1)
    with pytest.raises(InputError, match="none of 1 fits the window"):
        train_adapter(tiny, [long], tmp_path / "none")


@pytest.mark.parametrize(
    "wrong", [{"rank": 0}, {"epochs": 0}, {"learning_rate": 0.0}, {"batch_size": -1}, {"dropout": 1.0}]
)
def test_settings_that_cannot_be_trained_with_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        LoraSettings(**wrong)
