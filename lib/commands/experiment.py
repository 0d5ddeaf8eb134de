"""``python -m lib experiment``."""

import json

import click

from lib.experiment import ExperimentConfig, experiment_summary, run_experiment


@click.command("experiment")
@click.option("--quick", is_flag=True, help="A run of about a minute: too few questions to conclude from.")
@click.option("--model", help="Hugging Face id or folder of a causal LM (default: the workbook's own small one).")
@click.option("--embedder", help="sentence-transformers id or folder (default: MiniLM, offline).")
@click.option("--arms", help="Arms to run, separated by commas (default: all).")
@click.option("--k", type=int, help="Pages that retrieval brings.")
@click.option("--seed", type=int, help="Seed of the sample company and of the trainings.")
@click.option("--fresh", is_flag=True, help="Run even where the same run is stored.")
@click.option("--json", "as_json", is_flag=True, help="Print shares with intervals as JSON.")
def experiment_command(
    quick: bool,
    model: str | None,
    embedder: str | None,
    arms: str | None,
    k: int | None,
    seed: int | None,
    fresh: bool,
    as_json: bool,
) -> None:
    """Run the experiment: the same questions through every arm, trained and measured on this machine.

    PostgreSQL with pgvector comes embedded; DATABASE_URL in the environment names another one. The same
    configuration on the same weights is run once and then read from data/runs.

    \b
    python -m lib experiment
    python -m lib experiment --quick --arms rag,lora
    python -m lib experiment --model Qwen/Qwen2.5-0.5B-Instruct
    """
    given = {"model": model, "embedder": embedder, "k": k, "seed": seed}
    if arms is not None:
        given["arms"] = tuple(word.strip() for word in arms.split(",") if word.strip())
    chosen = {name: value for name, value in given.items() if value is not None}
    config = ExperimentConfig.quick(**chosen) if quick else ExperimentConfig(**chosen)
    result = run_experiment(config, fresh=fresh)
    if as_json:
        shares = result.to_frame().to_dict(orient="records")
        click.echo(json.dumps({"run": result.id, "shares": shares}, indent=2, ensure_ascii=False))
        return
    summary = experiment_summary(result)
    lines = [str(result), "", summary.headline, ""]
    lines += [f"- {finding.topic}: {finding.text}" for finding in summary.findings]
    lines += ["", "To bear in mind", *(f"- {caveat}" for caveat in summary.caveats)]
    click.echo("\n".join(lines))
