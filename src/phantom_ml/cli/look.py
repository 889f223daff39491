"""``phantom leaderboard``, ``models`` and ``experiments``: what there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from phantom_ml.cli.options import LATEST, Common

if TYPE_CHECKING:
    from phantom_ml.core import PhantomMLCore

Limit = Annotated[int, typer.Option(min=1, metavar="N", help="Show the N newest; --json has all.")]


def leaderboard(
    common: Common,
    experiment: Annotated[
        str, typer.Argument(metavar="[EXPERIMENT]", help="An id, its beginning, or 'latest'.")
    ] = LATEST,
) -> None:
    """Rank all that an experiment tried.

    Every model in it predicts.
    """
    core = common.core()
    board = core.get_model_leaderboard(experiment)
    from phantom_ml.cli.screen import screen, write_json
    from phantom_ml.cli.summary import show_leaderboard

    if common.json:
        write_json(board.model_dump(mode="json"))
    else:
        show_leaderboard(screen(), board)


def models(
    common: Common,
    model: Annotated[
        str | None,
        typer.Argument(metavar="[MODEL]", help="Tell of this one: an id, its beginning, 'latest'."),
    ] = None,
    limit: Limit = 20,
) -> None:
    """List the models, newest first, or tell of one.

    Of a threat model also how it did on the rows that were kept apart.
    """
    core = common.core()
    if model is not None:
        _tell_model(core, model, common)
        return
    found = core.list_models()
    from phantom_ml.cli.screen import number, screen, show, table, write_json

    if common.json:
        write_json([model.model_dump(mode="json") for model in found])
        return
    rows = [
        (m.id, m.metric, number(m.score), _size(m.size_bytes), _when(m.created))
        for m in found[:limit]
    ]
    head = ("model", "metric", "score", "size", "created")
    title = _counted("models", len(rows), len(found))
    show(screen(), title, table(head, rows, left=("model", "metric"), gives=("metric",)))


def _tell_model(core: PhantomMLCore, model: str, common: Common) -> None:
    found = core.get_model(model)
    report, families = core.get_report(found.id), core.get_families(found.id)
    from phantom_ml.cli.screen import facts, number, screen, sentences, show, write_json
    from phantom_ml.cli.summary import show_families

    if common.json:
        threat = None if report is None else report.model_dump(mode="json")
        raced = [family.model_dump(mode="json") for family in families]
        write_json({**found.model_dump(mode="json"), "threat": threat, "families": raced})
        return
    pairs = [
        ("Algorithm", found.algorithm),
        ("Score", f"{found.metric} {number(found.score)} on held-out rows"),
        ("Size", _size(found.size_bytes)),
        ("Created", _when(found.created)),
        ("Experiment", found.experiment_id or "none: it was imported"),
        ("Signed by", found.signed_by),
    ]
    console = screen()
    show(console, found.id, facts(pairs))
    show_families(console, families)
    if report is not None:
        show(console, "On rows that no search saw", sentences(report.lines()))
        if report.warnings:
            show(console, "Notes", sentences(report.warnings))


def experiments(common: Common, limit: Limit = 20) -> None:
    """List the experiments, newest first."""
    found = common.core().list_experiments()
    from phantom_ml.cli.screen import number, screen, show, table, write_json

    if common.json:
        write_json([record.model_dump(mode="json") for record in found])
        return
    rows = []
    for record in found[:limit]:
        status, name = record.status.value, record.data_name
        status += " (resume)" if record.resumable else ""
        score = f"{record.metric} {number(record.best_score)}"
        rows.append((record.id, status, name, score, _when(record.created)))
    head = ("experiment", "status", "data", "best", "created")
    title = _counted("experiments", len(rows), len(found))
    show(
        screen(),
        title,
        table(head, rows, left=("experiment", "status", "data", "best"), gives=("data",)),
    )


def _counted(what: str, shown: int, total: int) -> str:
    from phantom_ml.wording import counted

    if total == 0:
        return f"No {what} yet"
    newest = f", the {shown} newest" if shown < total else ""
    return f"{counted(total, what[:-1])}{newest}"


def _when(moment: datetime) -> str:
    """Return a moment in local time: the year of an earlier one, the hour of this year's."""
    local = moment.astimezone()
    now = datetime.now(UTC).astimezone()
    return f"{local:%m-%d %H:%M}" if local.year == now.year else f"{local:%Y-%m-%d}"


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 2**20:.1f} MB" if n_bytes >= 2**20 else f"{n_bytes / 2**10:.0f} KB"
