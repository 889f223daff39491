"""``phantom demo``: the whole of it on simulated logs, in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phantom_ml.cli.faults import say
from phantom_ml.cli.options import Common
from phantom_ml.cli.train import trained
from phantom_ml.cli.use import numbered

if TYPE_CHECKING:
    import polars as pl

    from phantom_ml.core import AutoMLResult, PhantomMLCore
    from phantom_ml.explain.forms import Explanation

FILE, NEW_FILE = "security_logs.csv", "new_logs.csv"
TARGET, TIME = "is_threat", "timestamp"
#: The last part of the day, which is not learned from; how many of its alerts are explained, by how much.
LAST_SHARE, EXPLAINED, REASONS = 0.2, 3, 4
MAX_FPR = 0.001


def demo(
    common: Common,
    seconds: Annotated[float, typer.Option(min=5, help="Budget of the training.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Of the simulation and the search.")] = 7,
    directory: Annotated[
        str, typer.Option(metavar="FOLDER", help=f"Where {FILE} and {NEW_FILE} are written.")
    ] = ".",
) -> None:
    """Show it all on a simulated day of logs.

    Trains a detector on the day up to the evening, looks for attacks in the rest,
    and says in words why three alerts are alerts.

    The logs are invented: a good score here says nothing about your own.
    """
    from phantom_ml.config import AutoMLConfig
    from phantom_ml.simulation import simulate_security_logs
    from phantom_ml.wording import counted

    logs = simulate_security_logs(seed)
    n_new = round(LAST_SHARE * logs.height)
    path, new = (Path(directory).expanduser() / name for name in (FILE, NEW_FILE))
    for part, file in ((logs.head(-n_new), path), (logs.tail(n_new), new)):
        _write(part, file)
        threats = int(part[TARGET].sum())
        events = counted(part.height, "event")
        say("", f"SIMULATED data: {events}, {threats:,} of attacks, written to {file}")
    config = AutoMLConfig(
        data_path=str(path),
        target_column=TARGET,
        time_column=TIME,
        time_budget_seconds=seconds,
        seed=seed,
        threshold={"max_fpr": MAX_FPR},
    )
    core = common.core()
    result = trained(core, config, quiet=common.json)
    if not common.json:
        say("", f"Looking for alerts in {new}, which came after, to explain some ...")
    alerts, found = _alerts(core, result, new)
    if common.json:
        from phantom_ml.cli.screen import write_json

        told = {"simulated": True, "found": found, "alerts": _as_json(alerts)}
        write_json({**result.to_dict(), **told})
    else:
        _show(common, result, new, alerts, found)


def _write(logs: pl.DataFrame, path: Path) -> None:
    """Write the logs; raises BadSetting where a file of somebody else's has their name."""
    from phantom_ml.errors import BadSetting, StoreUnusable

    header = ",".join(logs.columns)
    try:
        if path.exists():
            with path.open(encoding="utf-8", errors="replace") as file:
                own = file.readline(10_000).strip() == header
            if not own:
                raise BadSetting(
                    f"{str(path)!r} is there already, and is not of this demonstration.",
                    "Name another folder with --directory.",
                )
        path.parent.mkdir(parents=True, exist_ok=True)
        logs.write_csv(path)
    except OSError as error:
        raise StoreUnusable(
            f"{str(path)!r} cannot be written: {error.strerror}.",
            "Name another folder with --directory.",
        ) from None


@dataclass(frozen=True)
class Alert:
    """One alert: its row in the file, counted from 1, the event, and why."""

    row: int
    event: dict[str, Any]
    explanation: Explanation

    @property
    def title(self) -> str:
        """Return what happened, and whether it was an attack, in one line."""
        event = self.event
        truth = "part of an attack" if event[TARGET] else "harmless"
        told = f"{event['event_type']} of {event['user']} on {event['host']}"
        return f"Alert in row {self.row:,}: {told} (truly {truth})"

    def reasons(self) -> Iterator[str]:
        """Return the greatest reasons in words."""
        for explained in self.explanation.rows:
            yield from (c.sentence for c in explained.contributions[:REASONS] if c.amount > 0)


def _alerts(
    core: PhantomMLCore, result: AutoMLResult, path: Path
) -> tuple[list[Alert], dict[str, int]]:
    """Return a few alerts of the new events, explained, and how many of them there are."""
    events = core.read(path).frame().with_row_index("row", offset=1)
    found = events.filter(core.predict(result.model_id, events)["alert"])
    counts = {
        "events": events.height,
        "attacks": int(events[TARGET].sum()),
        "alerts": found.height,
        "attacks_found": int(found[TARGET].sum()),
    }
    # Evenly spread, so that they are not three steps of one attack.
    chosen = found.gather_every(max(1, found.height // EXPLAINED)).head(EXPLAINED)
    return [_explained(core, result.model_id, chosen[i]) for i in range(chosen.height)], counts


def _explained(core: PhantomMLCore, model_id: str, event: pl.DataFrame) -> Alert:
    row = int(event["row"][0])
    explanation = numbered(core.explain_model(model_id, event.drop("row")), row)
    return Alert(row, event.row(0, named=True), explanation)


def _as_json(alerts: list[Alert]) -> list[dict[str, Any]]:
    return [{"row": a.row, "explanation": a.explanation.model_dump(mode="json")} for a in alerts]


def _show(
    common: Common, result: AutoMLResult, path: Path, alerts: list[Alert], found: dict[str, int]
) -> None:
    from phantom_ml.cli.screen import command_line, facts, screen, sentences, show
    from phantom_ml.cli.summary import show_next, show_result

    console = screen()
    show_result(console, result)
    told = [(name.replace("_", " ").capitalize(), f"{n:,}") for name, n in found.items()]
    show(console, f"In {path.name}, which it had not seen", facts(told))
    for alert in alerts:
        show(console, alert.title, sentences(alert.reasons()))
    if not alerts:
        show(console, "No alert to explain", "Try more seconds, or another seed.")
    first = str(alerts[0].row if alerts else 1)
    model, file = result.model_id, str(path)
    show_next(
        console,
        [
            command_line(common, "predict", model, file, "--output", "scores.csv"),
            command_line(common, "explain", model, file, "--row", first),
            command_line(common, "threshold", model, "--alerts-per-day", "50"),
            command_line(common, "train", "YOUR_LOGS.csv", "--target", "COLUMN"),
        ],
    )
