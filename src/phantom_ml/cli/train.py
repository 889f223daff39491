"""``phantom train`` and ``phantom resume``: from a file to a kept model, with its progress."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from phantom_ml.cli.ahead import Ahead
from phantom_ml.cli.alerts import Alerts
from phantom_ml.cli.began import began
from phantom_ml.cli.faults import INTERRUPTED, say, tell_interrupted
from phantom_ml.cli.meanings import Meanings
from phantom_ml.cli.options import LATEST, AlertRule, Common, File, Reading, Task, asked, seconds

if TYPE_CHECKING:
    from phantom_ml.config import AutoMLConfig
    from phantom_ml.core import AutoMLResult, PhantomMLCore
    from phantom_ml.progress import ProgressCallback


#: What a command that is proposed calls a file of rows that came later.
NEW_ROWS = "NEW_EVENTS.csv"


@dataclass(frozen=True)
class Question:
    """What is asked of the engine."""

    owner: ClassVar[str] = "config"
    #: Options whose names differ from those of the configuration.
    renamed: ClassVar[dict[str, str]] = {
        "target": "target_column",
        "task": "task_type",
        "time_budget": "time_budget_seconds",
        "metric": "optimization_metric",
        "algorithms": "algorithms_to_try",
        "group_column": "group_columns",
        "ignore": "ignored_columns",
        "threads": "n_threads",
    }

    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column to predict.")] = (
        None
    )
    task: Annotated[
        Task | None,
        typer.Option(case_sensitive=False, help="What is learned. [default: classification]"),
    ] = None
    time_budget: Annotated[
        float | None,
        typer.Option(
            parser=seconds, metavar="TIME", help="60 (seconds), 10m or 2h. [default: 10m]"
        ),
    ] = None
    max_trials: Annotated[
        int | None,
        typer.Option(metavar="N", help="Stop after N trials; the same again gives the same."),
    ] = None
    metric: Annotated[
        str | None, typer.Option(help="What counts: average_precision, recall@fpr=0.1%, rmse, ...")
    ] = None
    algorithms: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Try these alone: LightGBM,LogisticRegression."),
    ] = None
    time_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Validate forward in time.")
    ] = None
    group_column: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Rows of one user, host, ... stay together (repeat)."),
    ] = None
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Do not learn from this column (repeat)."),
    ] = None
    positive_class: Annotated[
        str | None, typer.Option(metavar="CLASS", help="Which of two classes is the alert.")
    ] = None
    seed: Annotated[int | None, typer.Option(help="[default: 0]")] = None
    threads: Annotated[int | None, typer.Option(help="[default: all cores]")] = None
    memory_limit_mb: Annotated[
        int | None,
        typer.Option(
            metavar="MB", help="For all processes together; if too small, the least is told."
        ),
    ] = None
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE.json", help="Settings as JSON; options here go before them."),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return what was given, by the configuration's names."""
        given = asked(self)
        file = given.pop("config", None)
        if "algorithms" in given:
            given["algorithms"] = _named_algorithms(given["algorithms"])
        named = {self.renamed.get(name, name): value for name, value in given.items()}
        return _from_file(file, named) | named


def _named_algorithms(text: str) -> list[str]:
    """Return the names between the commas; raises BadSetting for none, which would mean all."""
    from phantom_ml.errors import BadSetting

    names = [name.strip() for name in text.split(",")]
    if not any(names):
        raise BadSetting(
            f"--algorithms {text!r} names none.",
            "Give names with commas between, LightGBM,LogisticRegression, or leave it out to try all.",
        )
    return [name for name in names if name]


def train(  # noqa: PLR0913, PLR0917 - groups of options, each a dataclass
    file: File,
    question: Question,
    ahead: Ahead,
    meanings: Meanings,
    rule: AlertRule,
    alerts: Alerts,
    reading: Reading,
    common: Common,
) -> None:
    """Train on a table and keep the best model.

    Ctrl-C ends the search early and keeps the best so far.
    """
    from phantom_ml.config import AutoMLConfig
    from phantom_ml.errors import BadSetting
    from phantom_ml.tasks.base import tasks

    policy, options = alerts.in_the_field(rule.policy()), reading.options()
    settings = {"data_path": file, **question.settings()}
    of_columns, of_task = meanings.settings(), ahead.settings() | alerts.settings()
    if "time_zone" in of_columns and tasks.get(AutoMLConfig.of(settings).task_type).of_series:
        # A forecast makes no calendar of its columns: its zone is that of the steps.
        of_task["time_zone"] = of_columns.pop("time_zone")
    for part, given in (("features", of_columns), ("task_settings", of_task)):
        if given:
            settings[part] = {**dict(settings.get(part, {})), **given}
    config = AutoMLConfig.of(settings | ({} if policy is None else {"threshold": policy}))
    task = tasks.get(config.task_type)
    if config.target_column is None and task.learns_from_answers and not task.of_series:
        raise BadSetting("Which column is to be predicted?", "Give --target COLUMN.")
    if config.time_column is None and task.of_series:
        raise BadSetting("Along which time is it forecast?", "Give --time-column COLUMN.")
    core = common.core()
    result = trained(core, config, quiet=common.json, read_options=options)
    _show(result, common, "" if task.of_series else file)


def resume(
    common: Common,
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="[EXPERIMENT]",
            help="An id or its beginning. Default: the newest that stopped.",
            show_default=False,
        ),
    ] = LATEST,
) -> None:
    """Go on with a training that was stopped or killed.

    Finished trials are not run again, and what is left of the budget is used.
    'phantom experiments' tells which ones can be gone on with.
    """
    from phantom_ml.config import AutoMLConfig
    from phantom_ml.core.core import resume_since
    from phantom_ml.tasks.base import tasks

    core = common.core()
    stopped = [e for e in core.list_experiments() if e.resumable]
    newest = experiment == LATEST
    found = next((e for e in stopped if newest or e.id.startswith(experiment)), None)
    config = AutoMLConfig.of({} if found is None else found.config)
    known = found.id if newest and found is not None else experiment
    if found is not None:
        say("", f"Going on with {found.id}, on {found.data_name}.")
    result = _watched(
        core,
        config,
        common.json,
        lambda progress: resume_since(core, began(), known, progress=progress),
    )
    of_series = tasks.get(config.task_type).of_series
    _show(result, common, "" if of_series else config.data_path or "FILE")


def trained(
    core: PhantomMLCore, config: AutoMLConfig, *, quiet: bool, read_options: Any = None
) -> AutoMLResult:
    """Train with the progress on the terminal.

    Parameters
    ----------
    core : PhantomMLCore
    config : AutoMLConfig
        With its ``data_path``.
    quiet : bool
        Say nothing unless a person is looking on.
    read_options : ReadOptions, optional

    Raises
    ------
    typer.Exit
        Ctrl-C came before there was a result; it was told what is kept.
    """
    from phantom_ml.automl.question.ahead import check_settings
    from phantom_ml.core.core import train_since

    def start(progress: ProgressCallback) -> AutoMLResult:
        if read_options is None:
            return train_since(core, began(), config, progress=progress)
        check_settings(config)
        dataset = core.read(config.data_path, read_options)
        return train_since(core, began(), dataset, config, progress=progress)

    return _watched(core, config, quiet, start)


def _watched(
    core: PhantomMLCore,
    config: AutoMLConfig,
    quiet: bool,
    start: Callable[[ProgressCallback], AutoMLResult],
) -> AutoMLResult:
    from phantom_ml.cli.progress_bar import View, shown

    before = {model.id for model in core.list_models()}
    try:
        with shown(View(config.budget_seconds, config.max_trials), quiet=quiet) as progress:
            return start(progress)
    except KeyboardInterrupt:
        _tell_stopped(core, config, before, as_json=quiet)
        raise typer.Exit(INTERRUPTED) from None


def _tell_stopped(
    core: PhantomMLCore, config: AutoMLConfig, before: set[str], *, as_json: bool
) -> None:
    """Say what an interrupted run left: models of trials, or nothing."""
    asked_for = config.model_dump(mode="json")
    own = {e.id for e in core.list_experiments() if e.config == asked_for}
    kept = [m for m in core.list_models() if m.id not in before and m.experiment_id in own]
    if not kept:
        tell_interrupted("Stopped before a first model stood; nothing was kept.", as_json=as_json)
        return
    tell_interrupted(
        f"Stopped before the end; {len(kept)} trained so far and kept, the last {kept[0].id}.",
        f"Run: phantom leaderboard {kept[0].experiment_id}",
        as_json=as_json,
    )


def _show(result: AutoMLResult, common: Common, file: str) -> None:
    from phantom_ml.cli.screen import command_line, screen, write_json
    from phantom_ml.cli.summary import show_next, show_result

    if common.json:
        write_json(result.to_dict())
        return
    console = screen()
    show_result(console, result)
    # A model that counts what happened before has seen this file: it is for what comes later.
    counts = any(family.name == "windows" and family.kept for family in result.families)
    model, rows = result.model_id, [NEW_ROWS if counts else file] if file else []
    one_row = [*rows, "--row", "1"] if file else []
    show_next(
        console,
        [
            command_line(common, "predict", model, *rows, "--output", "scores.csv"),
            command_line(common, "explain", model, *one_row),
            command_line(common, "leaderboard", result.experiment_id),
        ],
    )


def _from_file(file: str | None, replaced: Collection[str]) -> dict[str, Any]:
    """Return the settings in a JSON file but those replaced; nothing where no file is named."""
    from phantom_ml.config import AutoMLConfig
    from phantom_ml.errors import SourceUnreadable

    if file is None:
        return {}
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise SourceUnreadable(
            f"The configuration {file!r} cannot be read: {reason}.",
            'Give a file that holds JSON such as {"target_column": "is_threat"}.',
        ) from None
    values = _object(text)
    found = AutoMLConfig.of(
        text if values is None else {k: v for k, v in values.items() if k not in replaced}
    )
    # Minutes have become seconds by now.
    return {name: getattr(found, name) for name in found.model_fields_set - {"time_budget_minutes"}}


def _object(text: str) -> dict[str, Any] | None:
    from phantom_ml.config.json_text import settings_of

    try:
        values = settings_of(text)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None
