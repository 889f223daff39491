"""AutoMLResult: what a training came to, to read, to print and to go on with."""

from __future__ import annotations

import html
from typing import Any

from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.core.threat import ThreatReport
from phantom_ml.metrics.thresholds import ThresholdTable
from phantom_ml.model.families import Family, family_lines
from phantom_ml.model.forecast_spec import SeriesFacts
from phantom_ml.model.leaderboard import Leaderboard


class AutoMLResult(Settings):
    """The best model of an experiment, and how it was found.

    Examples
    --------
    ``result.model_id`` predicts, ``result.leaderboard`` tells what else was tried.
    """

    model_id: str
    experiment_id: str
    best_algorithm: str = Field(description="Ensemble, with its members, where one wins.")
    best_score: float | None = Field(description="On held-out rows, in the metric's direction.")
    metric: str
    feature_importance: dict[str, float] = Field(description="By raw column, summing to 1.")
    families: tuple[Family, ...] = Field(
        (), description="Which families of features the race kept, which it dropped, and why."
    )
    training_time_seconds: float
    leaderboard: Leaderboard
    thresholds: ThresholdTable | None = Field(None, description="Two classes only.")
    validation: str = Field(description="How the score was measured, in words.")
    warnings: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    threat: ThreatReport | None = Field(None, description="Threat detection: the test part.")
    series: SeriesFacts | None = Field(None, description="Forecasts: the step and season taken.")

    def __repr__(self) -> str:
        table = [] if self.thresholds is None else ["", self.thresholds.text()]
        threat = [] if self.threat is None else ["", *self.threat.lines()]
        return "\n".join([*self._lines(), "", self.leaderboard.text(), *table, *threat])

    def __str__(self) -> str:
        return repr(self)

    def _lines(self) -> list[str]:
        score = self.best_score
        told = "none." if score is None else f"{score:.5g} on held-out rows."
        lines = [
            f"Best model     {self.best_algorithm} ({self.model_id})",
            f"{self.metric:<14} {told} {self.validation}",
            f"Training time  {self.training_time_seconds:.1f} s, experiment {self.experiment_id}",
        ]
        if self.series is not None:
            lines.append(f"Series         {self.series.text}")
        if self.members:
            lines.append(f"Members        {', '.join(self.members)}")
        top = [f"{name} {share:.0%}" for name, share in list(self.feature_importance.items())[:5]]
        if top:
            lines.append(f"Looks at       {', '.join(top)}")
        lines += [f"Features       {told}" for told in family_lines(self.families)]
        return [*lines, *(f"Note           {w}" for w in self.notes())]

    def notes(self) -> tuple[str, ...]:
        """Return the warnings, and why the served model is not the leaderboard's first where it is not."""
        first = next((row for row in self.leaderboard if row.rank == 1), None)
        if first is None or first.model_id == self.model_id:
            return self.warnings
        if any(w.startswith(f"The first model, {first.algorithm} on") for w in self.warnings):
            # It was measured on rows of its own: where a warning tells that, it is no rival.
            return self.warnings
        if any(w.startswith("Within the constraints") for w in self.warnings):
            return self.warnings
        n_scored = sum(row.score is not None and not row.members for row in self.leaderboard)
        told = (
            f"{first.algorithm} ranks first, but it is the best of {n_scored} on the same rows, "
            f"which flatters it; {self._served()}, is served."
        )
        return (*self.warnings, told)

    def _served(self) -> str:
        """Return in words why the served model is another than the leaderboard's first."""
        if self.members:
            return "the ensemble, which leans on several"
        return f"{self.best_algorithm}, chosen on parts of them and measured again once calibrated"

    def _repr_html_(self) -> str:
        lines = "".join(f"<div>{html.escape(line)}</div>" for line in self._lines())
        table = "" if self.thresholds is None else self.thresholds._repr_html_()
        return f"<div><pre>{lines}</pre>{self.leaderboard._repr_html_()}{table}</div>"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON values."""
        return dict(self.model_dump(mode="json"))
