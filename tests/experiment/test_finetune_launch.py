"""``accelerate launch`` trains one adapter with two processes, and the first of them alone writes it."""

import json
import os
import socket
import subprocess
import sys

from click.testing import CliRunner

from lib.experiment.finetune.launch import main
from lib.experiment.models import adapted
from lib.experiment.prompts import build_prompt
from lib.paths import PROJECT


def lessons_file(sample, folder):
    file = folder / "lessons.jsonl"
    rows = [{"question": pair.question, "answer": pair.answer} for pair in sample.training_pairs[:8]]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def test_two_processes_train_one_adapter(tiny_model, tiny_folder, sample, tmp_path):
    out = tmp_path / "adapter"
    options = {"--lessons": lessons_file(sample, tmp_path), "--model": tiny_folder, "--out": out, "--batch-size": 2}
    command = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    command += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    command += ["--main_process_port", str(free_port()), "-m", "lib.experiment.finetune.launch", "--epochs", "2"]
    command += [str(part) for option in options.items() for part in option]
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=600, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # Eight lessons, two processes with two each: two steps an epoch; what is told is told once.
    assert done.stdout.count("expected: 4 steps") == done.stdout.count("measured: ") == 1, done.stdout
    assert done.stdout.count("adapter: ") == 1 and not (tmp_path / ".checkpoints").exists()
    with adapted(tiny_model, out) as tuned:
        (answer,) = tuned.generate([build_prompt(sample.training_pairs[0].question)], max_new_tokens=4)
        adapters = [each for name, each in tuned.model.named_parameters() if "lora_B" in name]
    assert answer.answer_tokens > 0
    assert len(adapters) == 14 and all(each.abs().sum() > 0 for each in adapters)


def test_a_broken_file_ends_with_status_two_and_one_sentence(tmp_path):
    file = tmp_path / "lessons.jsonl"
    file.write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(main, ["--lessons", str(file), "--out", str(tmp_path / "adapter")])
    assert done.exit_code == 2 and "line 1: question is None" in done.output and "Traceback" not in done.output
