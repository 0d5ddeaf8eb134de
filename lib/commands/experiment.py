"""``python -m lib experiment``."""

import json
from pathlib import Path

import click

from lib.errors import InputError
from lib.experiment import ExperimentConfig, ExperimentResult, chosen_config, experiment_summary, run_experiment
from lib.experiment.data import Data, data_for


@click.command("experiment")
@click.option("--documents", metavar="DIR", help="Your own documents: md, txt, html, pdf, docx, in any depth.")
@click.option("--questions", metavar="FILE", help="Your own questions: CSV with question,answer and more, or JSONL.")
@click.option("--train", metavar="FILE", help="Your own training pairs: JSONL with question and answer.")
@click.option("--model", help="Hugging Face id, folder, or endpoint:NAME (default: the workbook's own small model).")
@click.option("--tuned-closed-book", metavar="MODEL", help="A model fine-tuned elsewhere, for LoRA without pages.")
@click.option("--tuned-with-pages", metavar="MODEL", help="A model fine-tuned elsewhere with pages in the prompt.")
@click.option("--embedder", help="sentence-transformers id or folder (default: MiniLM, offline).")
@click.option("--arms", help="Arms to run, separated by commas (default: all nine).")
@click.option("--search", help="dense, full_text or hybrid.")
@click.option("--reranker", help="none, term_overlap (offline form), or a cross-encoder's folder or hub id.")
@click.option("--k", type=int, help="Passages that a search brings.")
@click.option("--voice", help="Style of the sample company: brand or json.")
@click.option("--seed", type=int, help="Seed of the sample company and of the trainings.")
@click.option("--seeds", metavar="A,B,…", help="Repeat over several seeds and show how much they differ.")
@click.option("--quick", is_flag=True, help="A run of about a minute: too few questions to conclude from.")
@click.option("--fresh", is_flag=True, help="Run cold, even where the same run is stored.")
@click.option("--client", metavar="FILE", help="A client file: its rule that data stays in house is kept.")
@click.option("--write-evidence", is_flag=True, help="Write the scores into the client file (own data and model only).")
@click.option(
    "--audit", "only_audit", is_flag=True, help="Only check the data: duplicates, leakage, too few questions."
)
@click.option(
    "--gap",
    type=click.FloatRange(1, 100),
    default=10.0,
    show_default=True,
    help="Points between two arms that own data should be able to show.",
)
@click.option(
    "--export-chat", metavar="DIR", help="Only write the training pairs as chat JSONL for hosted fine-tuning."
)
@click.option("--curves", metavar="ALL|ID,…", help="Measure the learning curves (about half an hour) and store them.")
@click.option("--log", "show_log", is_flag=True, help="Only list the runs so far.")
@click.option("--json", "as_json", is_flag=True, help="Print shares with intervals as JSON.")
def experiment_command(**given) -> None:
    """Run the experiment: the same questions through every arm, trained and measured on this machine.

    PostgreSQL with pgvector comes embedded; DATABASE_URL in the environment names another one. An endpoint is
    found by OPENAI_BASE_URL and OPENAI_API_KEY. The same configuration on the same weights is run once and
    then read from data/runs; an interrupted run goes on where it was.

    \b
    python -m lib experiment
    python -m lib experiment --quick --arms rag,lora
    python -m lib experiment --documents DIR --questions FILE.csv --train FILE.jsonl --model Qwen/Qwen2.5-0.5B-Instruct
    python -m lib experiment --model endpoint:gpt-4o-mini --client data/clients/voice-agent.yaml
    """
    if given["show_log"]:
        click.echo(_log_text())
        return
    config = _config(given)
    in_house = _in_house(given["client"])
    if given["write_evidence"] and not given["client"]:
        raise click.UsageError("--write-evidence needs --client FILE.", click.get_current_context())
    data = data_for(config, given["gap"] / 100)
    if data.audit:
        _say_audit(data, given["as_json"])
    if given["only_audit"]:
        if not config.own:
            raise click.UsageError("--audit needs --documents and --questions.", click.get_current_context())
        return
    if given["export_chat"]:
        from lib.commands.export_chat import export_chat

        click.echo(export_chat(config, data.sample, Path(given["export_chat"]), given["client"]))
        return
    if given["curves"]:
        _curves(config, given["curves"], given["fresh"], in_house)
        return
    if given["seeds"]:
        _repeat(config, given["seeds"], in_house)
        return
    result = run_experiment(config, data=data, fresh=given["fresh"], data_must_stay_in_house=in_house)
    click.echo(_as_json(result) if given["as_json"] else _as_text(result))
    if given["write_evidence"]:
        from lib.experiment.evidence import write_evidence

        written = write_evidence(Path(given["client"]), result)
        click.echo(
            "\n".join([f"Written to {given['client']}:", *(f"  {name}: {new}" for name, new in written.items())])
        )


def _config(given: dict) -> ExperimentConfig:
    names = ["documents", "questions", "train", "model", "tuned_closed_book", "tuned_with_pages", "embedder", "search"]
    names += ["reranker", "k", "voice", "seed", "quick"]
    arms = {} if given["arms"] is None else {"arms": tuple(_words(given["arms"]))}
    return chosen_config(**{name: given[name] for name in names if given[name] is not None} | arms)


def _in_house(client: str | None) -> bool:
    from lib.client import load_client

    return bool(client) and load_client(client).constraints.data_must_stay_in_house


def _say_audit(data: Data, as_json: bool) -> None:
    lines = [f"Skipped {file.path}: {file.reason}" for file in data.skipped]
    click.echo("\n".join([*lines, str(data.audit), ""]), err=as_json)


def _curves(config: ExperimentConfig, wanted: str, fresh: bool, in_house: bool) -> None:
    from lib.experiment.curves import run_curves

    ids = None if wanted.lower() == "all" else _words(wanted)
    for curve in run_curves(config, ids, fresh=fresh, data_must_stay_in_house=in_house):
        click.echo(f"{curve}\n")


def _repeat(config: ExperimentConfig, seeds: str, in_house: bool) -> None:
    from lib.experiment.repeats import repeat

    try:
        numbers = [int(word) for word in _words(seeds)]
    except ValueError:
        numbers = []
    if len(set(numbers)) < 2:
        raise InputError(f"--seeds is {seeds!r}; give at least two different whole numbers, such as 0,1,2.")
    click.echo(str(repeat(config, numbers, run=lambda each: run_experiment(each, data_must_stay_in_house=in_house))))


def _as_json(result: ExperimentResult) -> str:
    shares = result.to_frame().to_dict(orient="records")
    return json.dumps({"run": result.id, "shares": shares}, indent=2, ensure_ascii=False)


def _as_text(result: ExperimentResult) -> str:
    summary = experiment_summary(result)
    lines = [str(result), "", summary.headline, ""]
    lines += [f"- {finding.topic}: {finding.text}" for finding in summary.findings]
    lines += ["", "To bear in mind", *(f"- {caveat}" for caveat in summary.caveats)]
    return "\n".join(lines)


def _log_text() -> str:
    from lib.experiment.store import run_log

    lines = [
        f"{line['created']}  {line['id']}  seed {line['seed']}  {line['questions']} questions on {line['data']}, "
        f"{line['model']}, {line['seconds']:.0f} s; all right: "
        + ", ".join(f"{arm} {100 * share:.0f} %" for arm, share in line["scores"].items())
        for line in run_log()
    ]
    return "\n".join(lines) or "No run so far: python -m lib experiment"


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
