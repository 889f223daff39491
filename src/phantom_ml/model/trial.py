"""Trial: one choice of algorithm and settings, and what came of it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from phantom_ml.config import Settings

Setting = bool | int | float | str


class TrialStatus(StrEnum):
    """How a trial ended."""

    DONE = "done"
    FAILED = "failed"
    PRUNED = "pruned"


class Trial(Settings):
    """One row of a leaderboard before it is ranked: data, the same on disk and on the wire."""

    number: int = Field(ge=0)
    algorithm: str
    settings: dict[str, Setting] = Field(default_factory=dict)
    status: TrialStatus = TrialStatus.DONE
    score: float | None = Field(
        None, description="On the held-out rows, in the metric's direction."
    )
    fold_scores: tuple[float, ...] = ()
    other_scores: dict[str, float] = Field(default_factory=dict)
    n_rounds: int | None = Field(None, description="Trees or rounds kept, mean over the folds.")
    n_rows: int = Field(0, description="Rows that the largest fold was fitted on.")
    seed: int = 0
    seconds: float = Field(
        0.0,
        ge=0,
        description="Wall clock of the whole trial; of an ensemble, what it took beside its members.",
    )
    predict_us_per_row: float | None = Field(None, description="Microseconds a row, in batch.")
    peak_memory_mb: float | None = None
    reason: str = Field("", description="Why it failed or was pruned, in one sentence.")
    members: tuple[str, ...] = Field((), description="Of an ensemble: its members, heaviest first.")
    model_id: str | None = None
