"""Rows that tell the answer: by their order, by their time, or by having been seen in training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.leaks.association import class_aucs, rank_correlation
from phantom_ml.data.leaks.columns import TOO_GOOD
from phantom_ml.data.leaks.copies import copied_rows
from phantom_ml.data.leaks.warning import LeakWarning
from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.data.target.column import Target

Split = tuple[NDArray[np.int64], NDArray[np.int64]]

#: Runs of one class as a share of those that chance would give, below which rows are sorted.
FEW_RUNS = 0.02
#: Share of validation rows from which what they share with training rows is worth a word.
SHARED = 0.05
#: Significant digits that near-duplicate rows agree in.
DIGITS = 3
#: Kinds that make every row another: without them rows can be compared.
UNLIKE = frozenset({ColumnKind.IDENTIFIER, ColumnKind.TIMESTAMP})
#: Kinds whose values are somebody: seen in training, they are known to the model.
KNOWN = frozenset({ColumnKind.ENTITY, ColumnKind.IP, ColumnKind.MAC, ColumnKind.EMAIL})


def told_by_order(target: Target) -> LeakWarning | None:
    """Return the warning if the position of a row tells its answer."""
    position = np.arange(len(target.values), dtype=np.float64)
    if not target.kind.is_classification:
        found = rank_correlation(position, target.values.astype(np.float64))
        return _order(found, "high", "position") if found > TOO_GOOD else None
    codes = target.values.astype(np.int64)
    aucs = class_aucs(position, codes, len(target.classes))
    if len(aucs) == 2 and not np.isnan(aucs).all() and np.nanmax(aucs) > TOO_GOOD:
        return _order(float(np.nanmax(aucs)), "high", "position")
    share = np.bincount(codes) / max(1, len(codes))
    expected = 1 + len(codes) * (1.0 - float(share @ share))
    runs = 1 + int((codes[1:] != codes[:-1]).sum())
    if expected < 50 or runs > FEW_RUNS * expected:
        return None
    return _order(runs / expected, "medium", f"{runs:,} blocks")


def _order(value: float, severity: str, how: str) -> LeakWarning:
    what = "position of a row tells its answer" if severity == "high" else f"answers lie in {how}"
    return LeakWarning(
        check="row_order",
        severity="high" if severity == "high" else "medium",
        value=value,
        sentence=f"The {what}: the table is sorted by the target, or by what made it. "
        "Row numbers and the time of recording must not be features.",
    )


def shared_rows(
    frame: pl.DataFrame,
    schema: TableSchema,
    target: Target,
    splits: Sequence[Split],
    *,
    forward: bool = False,
    groups: Sequence[str] = (),
) -> list[LeakWarning]:
    """Return the warnings for validation rows that training rows repeat, exactly or nearly.

    ``forward`` says that what is measured came later: see ``copied_rows``. What is alike but for the columns of
    ``groups`` is of one case, too.
    """
    names = [c.name for c in schema.columns if c.kind not in UNLIKE and c.name in frame.columns]
    if not names or not splits:
        return []
    rows = frame.select(_plain(frame.schema[name], pl.col(name)) for name in names)
    exact = _seen_share(_row_hashes(rows), splits)
    rounded = rows.with_columns(pl.selectors.float().round_sig_figs(DIGITS))
    near = _seen_share(_row_hashes(rounded), splits)
    of_case = rounded.drop([name for name in names if name in groups])
    found = (
        copied_rows(_row_hashes(of_case), target, splits, forward=forward) if of_case.width else []
    )
    if exact >= SHARED:
        return [*found, _shared("duplicates", exact, "the same as a training row")]
    if near >= SHARED:
        told = f"a training row's equal to {DIGITS} digits"
        return [*found, _shared("near_duplicates", near, told)]
    return found


def _plain(dtype: pl.DataType, column: pl.Expr) -> pl.Expr:
    if dtype.is_nested():
        return pl.struct(column).struct.json_encode()
    return column


def _row_hashes(rows: pl.DataFrame) -> NDArray[np.uint64]:
    hashes: NDArray[np.uint64] = rows.hash_rows(seed=0).to_numpy()
    return hashes


def _seen_share(values: NDArray[np.uint64], splits: Sequence[Split]) -> float:
    """Return the share of validation rows, over all splits, whose value training rows have too."""
    codes = np.unique(values, return_inverse=True)[1]
    seen = total = 0
    for train, valid in splits:
        known = np.zeros(int(codes.max()) + 1, dtype=bool)
        known[codes[train]] = True
        seen, total = seen + int(known[codes[valid]].sum()), total + len(valid)
    return seen / max(1, total)


APART = "Give it as a group column to keep them apart."
NOT_APART = (
    "They were not kept apart: too few rows would have been left to learn from, or the rows to validate on were "
    "given."
)


def _shared(check: str, share: float, what: str) -> LeakWarning:
    return LeakWarning(
        check=check,
        severity="medium",
        value=share,
        sentence=f"{share:.1%} of the validation rows are {what}: "
        "the score partly measures memory. Keep equal rows on one side of the split.",
    )


def shared_entities(
    frame: pl.DataFrame, schema: TableSchema, group_columns: Sequence[str], splits: Sequence[Split]
) -> list[LeakWarning]:
    """Return the warnings for users, hosts and the like on both sides of the split."""
    known = [c.name for c in schema.columns if c.kind in KNOWN and c.name not in group_columns]
    wanted = [name for name in [*group_columns, *known] if name in frame.columns]
    found = []
    for name in wanted if splits else ():
        share = _seen_share(frame[name].hash(seed=0).to_numpy(), splits)
        if share >= SHARED:
            found.append(_entities(name, share, grouped=name in group_columns))
    return found


def _entities(name: str, share: float, *, grouped: bool) -> LeakWarning:
    return LeakWarning(
        column=name,
        check="entities_on_both_sides",
        severity="high" if grouped else "low",
        value=share,
        sentence=f"{share:.0%} of the validation rows have a {name!r} that training rows have too: "
        f"for new ones the score may be lower. {APART if not grouped else NOT_APART}",
    )
