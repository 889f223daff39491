"""Options that several commands share."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

if TYPE_CHECKING:
    from phantom_ml.config import ThresholdPolicy
    from phantom_ml.core import PhantomMLCore
    from phantom_ml.data.readers.base import ReadOptions

LATEST = "latest"
#: Options of which one at most tells where the line of an alert lies.
RULES = ("max_fpr", "alerts_per_day", "min_precision", "top_k", "cost")
SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="CSV, JSON lines, JSON or Parquet (also .gz, .zst), a folder of them or a glob.",
        show_default=False,
    ),
]
Model = Annotated[
    str,
    typer.Argument(metavar="MODEL", help="An id, its beginning, or 'latest'.", show_default=False),
]


class Task(StrEnum):
    """What is learned."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"
    ANOMALY_DETECTION = "anomaly_detection"
    TIME_SERIES = "time_series"
    SECURITY_THREAT_DETECTION = "security_threat_detection"


@dataclass(frozen=True)
class Common:
    """What every command takes."""

    home: Annotated[
        str | None,
        typer.Option(envvar="PHANTOM_HOME", help="Where everything is kept. [default: ~/.phantom]"),
    ] = None
    json: Annotated[bool, typer.Option("--json", help="JSON on standard output, for machines.")] = (
        False
    )

    def core(self, trust: tuple[str, ...] = ()) -> PhantomMLCore:
        """Return the engine over the home folder; ``trust`` names keys beside its own."""
        from phantom_ml.core import PhantomMLCore

        return PhantomMLCore(self.home, trust=trust)


@dataclass(frozen=True)
class Reading:
    """How FILE is read, where looking at it does not tell."""

    #: The path of these settings in the words of an error.
    owner: ClassVar[str] = "reading"

    delimiter: Annotated[
        str | None, typer.Option(help="Between the fields of FILE. [default: found by looking]")
    ] = None
    encoding: Annotated[
        str | None, typer.Option(help="Of FILE: utf-8, latin-1, ... [default: found by looking]")
    ] = None
    skip_ragged_share: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Share of lines that may be left out where fields are missing. [default: 0]",
        ),
    ] = None

    def options(self) -> ReadOptions | None:
        """Return the options that were given; None for none; raises BadSetting."""
        from pydantic import ValidationError

        from phantom_ml.config import bad_setting
        from phantom_ml.data.readers.base import ReadOptions

        given = asked(self)
        if given.get("delimiter") in ("\\t", "tab"):
            given["delimiter"] = "\t"
        try:
            return ReadOptions(**given) if given else None
        except ValidationError as error:
            raise bad_setting("reading", error, ReadOptions) from None


def costs(text: str) -> dict[str, float]:
    """Return what a false alert and a missed threat cost, by the names of the settings.

    Parameters
    ----------
    text : str
        Two numbers of any one unit with a comma between them.

    Raises
    ------
    typer.BadParameter

    Examples
    --------
    >>> costs("1,100")
    {'false_positive': 1.0, 'false_negative': 100.0}
    """
    try:
        false_positive, false_negative = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no pair of costs. Give that of a false alert and that of a missed threat: 1,100."
        ) from None
    return {"false_positive": false_positive, "false_negative": false_negative}


@dataclass(frozen=True)
class AlertRule:
    """Where the line of an alert lies: one of these."""

    owner: ClassVar[str] = "config.threshold"

    max_fpr: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Alert at most this share of harmless rows: 0.001."),
    ] = None
    alerts_per_day: Annotated[
        float | None, typer.Option(metavar="N", help="So many alerts a day; needs --time-column.")
    ] = None
    min_precision: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="At least this share of alerts is right: 0.9."),
    ] = None
    top_k: Annotated[
        int | None, typer.Option(metavar="K", help="Alert at most K of the held-out rows.")
    ] = None
    cost: Annotated[
        dict[str, float] | None,
        typer.Option(
            parser=costs,
            metavar="FALSE,MISSED",
            help="Least cost, where a false alert and a missed threat cost so much: 1,100.",
        ),
    ] = None

    def policy(self) -> ThresholdPolicy | None:
        """Return the rule that was given, None for none; raises BadSetting for two."""
        from phantom_ml.config import AutoMLConfig
        from phantom_ml.errors import BadSetting

        given = asked(self)
        rules = [name for name in given if name in RULES]
        if len(rules) > 1:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in rules)
            raise BadSetting(f"{names} exclude each other.", "Give one rule of alert.")
        return AutoMLConfig.of({"threshold": given}).threshold if rules else None


@dataclass(frozen=True)
class MovedRule(AlertRule):
    """The same for a line that is moved: also how rare threats are where it alerts."""

    prevalence: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", help="With --min-precision: share of threats in the field, 0.001."
        ),
    ] = None


def asked(options: Any) -> dict[str, Any]:
    """Return the options of a dataclass that were given, by name."""
    values = {field.name: getattr(options, field.name) for field in fields(options)}
    return {name: value for name, value in values.items() if value not in (None, [])}


def seconds(text: str) -> float:
    """Return a duration in seconds.

    Parameters
    ----------
    text : str
        A number of seconds, or one with its unit: ``s``, ``m`` or ``h``.

    Raises
    ------
    typer.BadParameter

    Examples
    --------
    >>> seconds("90"), seconds("10m"), seconds("1.5 h")
    (90.0, 600.0, 5400.0)
    """
    found = re.fullmatch(r"(\d+\.?\d*)\s*([smh]?)", text.strip().lower())
    if found is None or float(found[1]) == 0:
        raise typer.BadParameter(f"{text!r} is no duration. Give seconds (60), or 10m, or 2h.")
    return float(found[1]) * SECONDS[found[2]]
