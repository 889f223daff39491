"""How old a browser is: browsers update themselves, tools that pretend to be one do not.

Age is counted in major versions behind the newest that training saw for the same browser, so that it
means the same in every year.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, encoders
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.user_agents import browsers, browsers_of_few
from phantom_ml.features.parts import FIT_STRINGS

#: A version that fewer rows have may be made up, and would make all others old.
MIN_ROWS = 5
#: Browsers remembered at most, the most frequent.
MAX_BROWSERS = 500
#: Made-up versions lie far from any other; they must not stretch the axis.
BOUND = 1000
WORDS = "major versions behind the newest of the same browser in training"


@encoders.add("user_agent_age")
class UserAgentAgeEncoder(ColumnEncoder):
    """One column: major versions behind the newest; below 0 where training saw none as new."""

    name = "user_agent_age"
    kinds = frozenset({ColumnKind.USER_AGENT})
    family = "security"

    newest: dict[str, int]

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> UserAgentAgeEncoder | None:
        """Return the encoder with each browser's newest version; None where all are the newest."""
        known = _versions(_counts(values).head(FIT_STRINGS)).drop_nulls()
        seen = known.group_by("browser", "major").agg(pl.col("rows").sum())
        seen = seen.filter(pl.col("rows") >= MIN_ROWS)
        if seen.height == seen["browser"].n_unique():
            return None
        each = seen.group_by("browser").agg(pl.col("major").max(), pl.col("rows").sum())
        kept = each.sort("rows", "browser", descending=[True, False]).head(MAX_BROWSERS)
        newest = dict(zip(kept["browser"].to_list(), kept["major"].to_list(), strict=True))
        return cls(column=schema.name, newest=newest)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature."""
        return (Feature(f"{self.column}.browser_age", self.column, words=WORDS),)

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the age; NaN where browser or version is unknown."""
        text = as_text(values).alias("text")
        if len(text) <= FEW:
            found = browsers_of_few([cell or "" for cell in text.to_list()])
            newest = [self.newest.get(browser or "") for browser in found["browser"]]
            out[:, 0] = _age(np.array(newest, np.float64), np.array(found["major"], np.float64))
            return
        known = _versions(_counts(values))
        newest_known = known["browser"].replace_strict(
            self.newest, default=None, return_dtype=pl.Float64
        )
        ages = _age(newest_known.to_numpy(), known["major"].cast(pl.Float64).to_numpy())
        aged = text.to_frame().join(
            known.select("text", pl.Series("age", ages)),
            on="text",
            how="left",
            maintain_order="left",
        )
        out[:, 0] = aged["age"].cast(pl.Float32).to_numpy()


def _age(newest: NDArray[np.float64], major: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(newest - major, -BOUND, BOUND)


def _counts(values: pl.Series) -> pl.DataFrame:
    """Return each distinct string and the rows that have it, the most frequent first."""
    counts = as_text(values).alias("text").drop_nulls().value_counts(name="rows")
    return counts.sort("rows", "text", descending=[True, False])


def _versions(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.hstack(browsers(counts["text"]))
