"""One suspicion that a score will not hold, as data and as a sentence."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from phantom_ml.config import Settings


class LeakWarning(Settings):
    """A column, or a way of splitting, that may tell the answer in a way the field will not."""

    column: str | None = Field(None, description="None where it concerns whole rows.")
    check: str = Field(description="Which check found it.")
    severity: Literal["high", "medium", "low"]
    value: float = Field(description="What was measured: an AUC, a correlation or a share.")
    sentence: str
