"""``python -m lib experiment``."""

import json
from pathlib import Path
from typing import Any

import click

from lib.errors import InputError


@click.command("experiment")
@click.option("--documents", metavar="DIR", help="Your own documents: md, txt, html, pdf, docx, in any depth.")
@click.option("--questions", metavar="FILE", help="Your own questions: CSV with question,answer and more, or JSONL.")
@click.option("--train", metavar="FILE", help="Your own training pairs: JSONL with question and answer.")
@click.option("--model", help="Hugging Face id, folder, or endpoint:NAME (default: SmolLM2-135M-Instruct).")
@click.option("--tuned-closed-book", metavar="MODEL", help="A model fine-tuned elsewhere, for LoRA without pages.")
@click.option("--tuned-with-pages", metavar="MODEL", help="A model fine-tuned elsewhere with pages in the prompt.")
@click.option("--embedder", help="sentence-transformers id or folder (default: MiniLM, offline).")
@click.option("--arms", help="Arms to run, separated by commas (default: all).")
@click.option("--search", help="dense, full_text or hybrid.")
@click.option("--reranker", help="none, term_overlap (offline form), or a cross-encoder's folder or hub id.")
@click.option("--k", type=int, help="Passages that a search brings.")
@click.option("--voice", help="Style of the sample company: brand or json.")
@click.option("--as", "person", metavar="NAME/LABEL", help="Who asks: nothing is found that they may not read.")
@click.option("--seed", "company_seed", type=int, help="Seed of the sample company.")
@click.option("--seeds", metavar="A,B,…", help="Seeds of the trainings (default: 0); each trains anew.")
@click.option("--quick", is_flag=True, help="A live run of about five minutes: 100 questions, five arms.")
@click.option("--fresh", is_flag=True, help="Run cold, even where the same run is stored.")
@click.option("--client", metavar="FILE", help="A client file: its rule that data stays in house is kept.")
@click.option("--write-evidence", is_flag=True, help="Write the scores into the client file (own data and model only).")
@click.option("--audit", "only_audit", is_flag=True, help="Only check the data and the options; load no model.")
@click.option(
    "--gap",
    type=click.FloatRange(1, 100),
    default=10.0,
    show_default=True,
    help="Points between two arms that own data should be able to show.",
)
@click.option(
    "--export-chat", metavar="DIR", help="Only write the training examples as chat JSONL for hosted fine-tuning."
)
@click.option("--curves", metavar="ALL|ID,…", help="Measure the curves of the reference run anew and store them.")
@click.option("--show", metavar="RUN", help="Only show a stored run: its id, or reference.")
@click.option("--ship", metavar="RUN", help="Make a stored run the one that comes with the workbook.")
@click.option("--log", "show_log", is_flag=True, help="Only list the runs so far.")
@click.option("--json", "as_json", is_flag=True, help="Print shares with intervals as JSON.")
def experiment_command(**given) -> None:
    """Run the experiment: the same questions through every arm, trained and measured on this machine.

    The model is fetched on first use (98 MB); PostgreSQL with pgvector comes embedded, DATABASE_URL in the environment
    names another one. An endpoint is found by OPENAI_BASE_URL and OPENAI_API_KEY. The same configuration on the same
    weights is run once and then read from data/runs; an interrupted run goes on where it was.

    \b
    python -m lib experiment --show reference
    python -m lib experiment --quick
    python -m lib experiment --seeds 0,1,2
    python -m lib experiment --documents DIR --questions FILE.csv --train FILE.jsonl --model Qwen/Qwen2.5-0.5B-Instruct
    python -m lib experiment --model endpoint:gpt-4o-mini --client data/clients/voice-agent.yaml
    """
    # The libraries behind these take seconds: other commands do not wait for them.
    from lib.experiment import load_run, run_experiment
    from lib.experiment.data import data_for
    from lib.experiment.store import run_log

    if given["show_log"]:
        click.echo("\n".join(map(_logged, run_log())) or "No run so far: python -m lib experiment")
        return
    if given["show"]:
        _show(load_run(given["show"]), given["as_json"])
        return
    if given["ship"]:
        from lib.commands.ship import ship

        click.echo(ship(given["ship"]))
        return
    config = _config(given)
    if given["write_evidence"] and not given["client"]:
        raise click.UsageError("--write-evidence needs --client FILE.", click.get_current_context())
    if given["only_audit"] and not config.own:
        raise click.UsageError("--audit needs --documents and --questions.", click.get_current_context())
    data = data_for(config, given["gap"] / 100)
    if data.audit:
        skipped = [f"Skipped {file.path}: {file.reason}" for file in data.skipped]
        click.echo("\n".join([*skipped, str(data.audit), ""]), err=given["as_json"])
    if given["only_audit"]:
        return
    if given["export_chat"]:
        from lib.commands.export_chat import export_chat

        click.echo(export_chat(config, data.dataset, Path(given["export_chat"]), given["client"]))
        return
    if given["curves"]:
        _curves(given["curves"], given["fresh"])
        return
    in_house = _in_house(given["client"])
    result = run_experiment(config, data=data, fresh=given["fresh"], data_must_stay_in_house=in_house)
    _show(result, given["as_json"])
    if given["write_evidence"]:
        from lib.experiment.evidence import write_evidence

        written = write_evidence(Path(given["client"]), result)
        lines = (f"  {name}: {new}" for name, new in written.items())
        click.echo("\n".join([f"Written to {given['client']}:", *lines]))


def _config(given: dict[str, Any]):
    from lib.experiment import make_config

    names = ["documents", "questions", "train", "model", "tuned_closed_book", "tuned_with_pages", "embedder", "search"]
    names += ["reranker", "k", "voice", "person", "company_seed", "quick"]
    chosen = {name: given[name] for name in names if given[name] is not None}
    if given["arms"] is not None:
        chosen["arms"] = tuple(_words(given["arms"]))
    if given["seeds"] is not None:
        try:
            chosen["seeds"] = tuple(int(word) for word in _words(given["seeds"]))
        except ValueError:
            chosen["seeds"] = ()
        if not chosen["seeds"]:
            raise InputError(f"--seeds is {given['seeds']!r}; give whole numbers, such as 0,1,2.")
    return make_config(**chosen)


def _in_house(client: str | None) -> bool:
    from lib.client import load_client

    return bool(client) and load_client(client).constraints.data_must_stay_in_house


def _curves(wanted: str, fresh: bool) -> None:
    from lib.experiment import reference_run
    from lib.experiment.curves import run_curves
    from lib.views.curves import curve_sentence

    reference = reference_run()
    if reference is None:
        raise InputError(
            "--curves: the reference run is not there (data/reference_run); curves are measured beside it."
        )
    for curve in run_curves(None if wanted.lower() == "all" else _words(wanted), reference, fresh=fresh):
        click.echo(f"{curve_sentence(curve)}\n")


def _show(result, as_json: bool) -> None:
    from lib.views.run_words import experiment_summary, heading, panels_of, percent

    if as_json:
        shares = result.shares().to_dict(orient="records")
        click.echo(json.dumps({"run": result.id, "shares": shares}, indent=2, ensure_ascii=False))
        return
    panels = panels_of(result)
    width = max(len(arm.title) for arm in result.arms.values())
    lines = [heading(result), "", " " * width + "".join(f"  {panel.title:>18.18}" for panel in panels)]
    for id_, arm in result.arms.items():
        shares = (percent(result.share(id_, panel.measure, panel.kinds)) for panel in panels)
        lines.append(f"{arm.title:{width}}" + "".join(f"  {share:>18}" for share in shares))
    summary = experiment_summary(result)
    lines += ["", summary.headline, "", *(f"- {finding.topic}: {finding.text}" for finding in summary.findings)]
    lines += ["", "To bear in mind", *(f"- {caveat}" for caveat in summary.caveats)]
    lines += ["", "On your own model: python -m lib experiment --model NAME", ""]
    lines += [f"{name:45} {seconds:8.1f} s" for name, seconds in result.record.seconds.items()]
    lines += [f"{'together':45} {sum(result.record.seconds.values()):8.1f} s"]
    click.echo("\n".join(lines))


def _logged(line: dict[str, Any]) -> str:
    shares = ", ".join(f"{arm} {100 * share:.0f} %" for arm, share in line["scores"].items())
    return (
        f"{line['created']}  {line['id']}  {line['questions']} questions on {line['data']}, {line['model']}, "
        f"{line['seconds']:.0f} s; all right: {shares}"
    )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
