"""What is said where fewer threats are found than before: at the line of alert, or wherever a line would lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from phantom_ml.core.kinds import rate
from phantom_ml.metrics.intervals import clopper_pearson
from phantom_ml.metrics.threshold_claims import rows_needed
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.wording import counted

#: Threats above a line that so few benign rows exceed tell how a model ranks, wherever its own line lies.
RANKED_AT = 0.01
REMEDY = (
    "Count on the lower figure. Training again with such rows may help; a lower line finds more and "
    "alerts more."
)
#: Of threats that the same model finds less than those of its test part.
OTHER_THREATS = f"These threats are unlike those: kinds that were not learned, or drift. {REMEDY}"
#: Of rows among which the same model tells threats from others less well than in its test part.
OTHER_ROWS = (
    f"These rows are unlike those: threats of kinds that were not learned, or drift. {REMEDY}"
)


def all_missed(found: Threshold, where: str) -> str:
    """Return the sentence that says that not one of several positive rows is alerted, or an empty one."""
    if found.n_positives == 0 or found.recall != 0.0:
        return ""
    rows = counted(found.n_positives, "positive row")
    return f"No threat was found: of {rows} {where} none is alerted."


def fallen_recall(
    held: Threshold, found: Threshold, where: str, tested: Threshold | None = None
) -> str:
    """Return the sentence that says that recall lies below what was measured before, or an empty one.

    Only beyond chance: the 95 % bounds (Clopper-Pearson) of the two do not overlap. Below the test part it is
    the same model that finds less. Below the held-out rows alone, these were scored by the models of the folds.

    Parameters
    ----------
    held, found : Threshold
        On the held-out rows that it was cut on, and on the rows that are measured.
    where : str
        Which rows these are: ``in the test part``.
    tested : Threshold or None
        On the model's test part, at the same line.
    """
    if tested is not None and _is_below(found, tested):
        before, whose, meaning = tested, "of those in its test part", OTHER_THREATS
    elif _is_below(found, held):
        before, whose, meaning = held, "of the held-out ones", "Count on the lower figure."
    else:
        return ""
    now, then = map(_recall, (found, before))
    return f"Recall fell: of the positive rows {where} {now} are alerted, {whose} {then} were. {meaning}"


def _is_below(found: Threshold, before: Threshold) -> bool:
    """Return whether all of the bounds of one recall lie below those of another."""
    high, low = found.recall_high, before.recall_low
    return high is not None and low is not None and high < low


def _recall(of: Threshold) -> str:
    return f"{rate(of.recall)} ({rate(of.recall_low)} to {rate(of.recall_high)})"


@dataclass(frozen=True)
class Ranked:
    """The recall at a line that 1 % of the benign rows of a table exceed, with 95 % bounds.

    The bounds are the wider ones of two: by resampling rows, and exact ones of a line that stays where it is,
    as all threats may be found in every resample.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Mapping[str, Mapping[str, Any]], line: Threshold) -> Ranked | None:
        """Return it by the figures of rows; None without threats or with too few benign rows.

        Parameters
        ----------
        figures : mapping of str to mapping
            ``value``, ``low`` and ``high`` of metrics by their names.
        line : Threshold
            As any line worked out on the same rows: it tells how many there are.
        """
        told, n_threats = figures.get(f"recall_at_fpr_{RANKED_AT:g}"), line.n_positives
        if told is None or n_threats == 0 or line.n_negatives < rows_needed(RANKED_AT):
            return None
        low, high = map(float, clopper_pearson(round(told["value"] * n_threats), n_threats))
        return cls(told["value"], min(low, told["low"]), max(high, told["high"]))

    @property
    def text(self) -> str:
        """Return it in words."""
        return f"{rate(self.value)} ({rate(self.low)} to {rate(self.high)})"


def ranked_lower(found: Ranked | None, tested: Ranked | None) -> str:
    """Return the sentence that says that threats stand out less than in the test part, or an empty one.

    It holds of any line, also of one that so little reaches that its recall tells nothing. Only beyond chance:
    the bounds of the two do not overlap.
    """
    if found is None or tested is None or found.high >= tested.low:
        return ""
    return (
        f"Threats stand out less: a line that {rate(RANKED_AT)} of the benign rows exceed would find {found.text} "
        f"of them here, in its test part {tested.text}. {OTHER_ROWS}"
    )
