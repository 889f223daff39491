"""Options that say what columns mean and how much may be made of them; of training and of features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import typer

from phantom_ml.cli.options import asked


@dataclass(frozen=True)
class Meanings:
    """What the columns are, where the guess is wrong, and the limits of what is made of them."""

    owner: ClassVar[str] = "config.features"
    #: Options whose names differ from those of the configuration.
    renamed: ClassVar[dict[str, str]] = {"max_cost": "max_us_per_row", "kind": "kinds"}
    #: What else an option sets: a forecast has a zone of its own.
    also: ClassVar[dict[str, str]] = {"time_zone": "config.task_settings"}

    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=KIND", help="What a column is: src=ip, cmd=command_line (repeat)."
        ),
    ] = None
    time_zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="Of the calendar, or of a forecast's steps: Europe/Berlin."
        ),
    ] = None
    max_features: Annotated[
        int | None, typer.Option(metavar="N", help="Keep so many features at most, the best.")
    ] = None
    max_cost: Annotated[
        float | None,
        typer.Option(metavar="US", help="Microseconds that the features of a row may cost."),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return what was given, by the configuration's names; raises BadSetting."""
        given = {self.renamed.get(name, name): value for name, value in asked(self).items()}
        if "kinds" in given:
            given["kinds"] = _kinds(given["kinds"])
        return given


def _kinds(texts: list[str]) -> dict[str, str]:
    """Return the kind of each column that is named; one column has one kind."""
    from phantom_ml.errors import BadSetting

    kinds: dict[str, str] = {}
    for column, kind in map(_pair, texts):
        if kinds.setdefault(column, kind) != kind:
            raise BadSetting(
                f"--kind names {column!r} as {kinds[column]} and as {kind}.",
                "A column has one kind: keep one of the two.",
            )
    return kinds


def _pair(text: str) -> tuple[str, str]:
    """Return the column and the kind of ``COLUMN=KIND``; a column's name may hold an ``=``."""
    from phantom_ml.data.recognise import kind_called
    from phantom_ml.errors import BadSetting

    column, separator, kind = text.rpartition("=")
    if not separator or not column:
        raise BadSetting(f"--kind {text!r} names no column and kind.", "Write it as src=ip.")
    return column, kind_called(kind).value
