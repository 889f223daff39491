"""Columns that alone tell the answer: by their values, by being filled in, or by what they say."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.columns.column import words
from phantom_ml.data.leaks.association import (
    Floats,
    class_aucs,
    level_aucs,
    level_means,
    rank_correlation,
)
from phantom_ml.data.leaks.warning import LeakWarning
from phantom_ml.data.schema import NUMBER_KINDS, ColumnKind, ColumnSchema
from phantom_ml.data.target.column import Target
from phantom_ml.data.times.parse import to_datetime
from phantom_ml.wording import counted

#: AUC, or absolute rank correlation, that no honest column of a hard problem reaches alone.
TOO_GOOD = 0.99
#: Chance below which cells filled in for one class only are no accident.
NO_ACCIDENT = 1e-6
#: A class whose name is in that much more of its own rows than of others is told by the text.
TOLD_BY_TEXT = 0.5
#: Rows of text that are searched, class names that are searched for, and their least length.
TEXT_ROWS, MAX_NAMES, MIN_NAME = 5000, 20, 4


def tells_alone(
    column: pl.Series, schema: ColumnSchema, target: Target, half: NDArray[np.bool_]
) -> LeakWarning | None:
    """Return the warning if a column's values alone predict the target.

    Parameters
    ----------
    column : polars.Series of length n_rows
    schema : ColumnSchema
        What the column is.
    target : Target of n_rows values
    half : bool array of shape (n_rows,)
        Rows that the levels of a category are learned on; the others are scored.
    """
    numbers = as_numbers(column, schema.kind)
    if target.kind.is_classification:
        return _tells_class(column, numbers, target, half)
    values = target.values.astype(np.float64)
    if numbers is None:
        found = rank_correlation(level_means(_levels(column), values, half), values[~half])
    else:
        found = rank_correlation(numbers, values)
    if found <= TOO_GOOD:
        return None
    what = f"ranks the rows as {target.name!r} does (rank correlation {found:.4f})"
    return _alone(column.name, "high", found, what)


def _tells_class(
    column: pl.Series, numbers: Floats | None, target: Target, half: NDArray[np.bool_]
) -> LeakWarning | None:
    codes, k = target.values.astype(np.int64), len(target.classes)
    if numbers is None:
        aucs = level_aucs(_levels(column), codes, k, half)
    else:
        aucs = class_aucs(numbers, codes, k)
    if np.isnan(aucs).all() or np.nanmax(aucs) <= TOO_GOOD:
        return None
    found = float(np.nanmax(aucs))
    of_class = "" if k == 2 else f" from class {target.classes[int(np.nanargmax(aucs))]!r}"
    what = f"tells {target.name!r}{of_class} with an AUC of {found:.4f}"
    # One of many classes is often honestly easy.
    certain = k == 2 or float(np.nanmin(aucs)) > TOO_GOOD
    return _alone(column.name, "high" if certain else "low", found, what)


def _alone(name: str, severity: str, value: float, what: str) -> LeakWarning:
    return LeakWarning(
        column=name,
        check="single_column",
        severity="high" if severity == "high" else "low",
        value=value,
        sentence=f"{name!r} alone {what}. Leave it out if it is only known once the answer is.",
    )


def as_numbers(column: pl.Series, kind: ColumnKind) -> Floats | None:
    """Return a column that has an order as float64, NaN where missing; None for levels and text."""
    if kind is ColumnKind.TIMESTAMP:
        column = to_datetime(column)
    is_number = column.dtype.is_numeric() or column.dtype == pl.Boolean
    if not is_number and not column.dtype.is_temporal() and kind not in NUMBER_KINDS:
        return None
    if column.dtype.is_nested() or isinstance(column.dtype, pl.Categorical | pl.Enum):
        return None
    if column.dtype.is_temporal():
        column = column.to_physical()
    numbers: Floats = column.cast(pl.Float64, strict=False).to_numpy().astype(np.float64)
    return numbers


def _levels(column: pl.Series) -> NDArray[np.int64]:
    return np.unique(column.hash(seed=0).to_numpy(), return_inverse=True)[1].astype(np.int64)


def filled_for_one_class(column: pl.Series, target: Target) -> LeakWarning | None:
    """Return the warning if only rows of one class have a value, or only those of one lack it."""
    if not target.kind.is_classification or not 0 < column.null_count() < len(column):
        return None
    codes = target.values.astype(np.int64)
    missing = column.is_null().to_numpy()
    prior = np.bincount(codes, minlength=len(target.classes)) / len(codes)
    for rows, verb in ((~missing, "has a value"), (missing, "is missing")):
        counts = np.bincount(codes[rows], minlength=len(prior))
        best = int(counts.argmax())
        if counts[best] == rows.sum() and float(prior[best]) ** int(rows.sum()) < NO_ACCIDENT:
            name = target.classes[best]
            return LeakWarning(
                column=column.name,
                check="filled_for_one_class",
                severity="high",
                value=float(rows.mean()),
                sentence=f"{column.name!r} {verb} only where {target.name!r} is {name!r}, "
                f"in {counted(int(rows.sum()), 'row')}. Is it filled in with the answer?",
            )
    return None


def named_like_target(name: str, target_name: str) -> LeakWarning | None:
    """Return the warning if a column's name holds the target's.

    Examples
    --------
    >>> named_like_target("attack_family", "attack").severity
    'medium'
    """
    plain, wanted = "".join(words(name)), "".join(words(target_name))
    among = wanted in words(name)
    if not among and (len(wanted) < MIN_NAME or wanted not in plain):
        return None
    return LeakWarning(
        column=name,
        check="target_in_name",
        severity="medium",
        value=1.0,
        sentence=f"The name of {name!r} holds that of the target {target_name!r}. "
        "Leave it out if it is another form of the answer.",
    )


def told_in_text(column: pl.Series, target: Target) -> LeakWarning | None:
    """Return the warning if text names the class of its row; its rows are the target's."""
    names = [c for c in target.classes if isinstance(c, str) and len(c) >= MIN_NAME][:MAX_NAMES]
    if column.dtype != pl.String or not names:
        return None
    text = column.head(TEXT_ROWS).fill_null("").str.to_lowercase()
    codes = target.values[: len(text)]
    for name in names:
        found = text.str.contains(name.lower(), literal=True).to_numpy()
        own = codes == target.classes.index(name)
        if not own.any() or own.all():
            continue
        more = float(found[own].mean() - found[~own].mean())
        if more > TOLD_BY_TEXT:
            return LeakWarning(
                column=column.name,
                check="class_in_text",
                severity="high",
                value=more,
                sentence=f"The text of {column.name!r} names the class {name!r} in "
                f"{found[own].mean():.0%} of its rows and {found[~own].mean():.0%} of the others.",
            )
    return None
