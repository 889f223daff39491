"""Options of alerts: which of them repeat others, and what is told of them by kind and in the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from phantom_ml.cli.options import asked

if TYPE_CHECKING:
    from phantom_ml.config import ThresholdPolicy


@dataclass(frozen=True)
class Alerts:
    """What is asked of alerts, beside the rule of the line."""

    owner: ClassVar[str] = "config.task_settings"

    suppress_by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Of alerts that agree in these columns (repeat) the first in a while is shown; needs "
            "--time-column.",
        ),
    ] = None
    suppress_hours: Annotated[
        float | None,
        typer.Option(metavar="HOURS", help="How long that while is. [default: 24]"),
    ] = None
    type_column: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="What kind of attack a row is; not learned from."),
    ] = None
    prevalence: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Share of threats in the field: precision is told there, and --min-precision kept there.",
        ),
    ] = None

    def in_the_field(self, policy: ThresholdPolicy | None) -> Any:
        """Return a rule that keeps a precision at the prevalence that was given, others as they are."""
        if policy is None or policy.min_precision is None or self.prevalence is None:
            return policy
        return {"min_precision": policy.min_precision, "prevalence": self.prevalence}

    def settings(self) -> dict[str, Any]:
        """Return what was given, by the configuration's names."""
        return asked(self)
