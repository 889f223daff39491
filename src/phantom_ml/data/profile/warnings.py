"""What a person should know before learning starts, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from phantom_ml.data.kinds.json_text import ADVICE
from phantom_ml.data.profile.model import Profile
from phantom_ml.data.schema import ColumnKind
from phantom_ml.errors import listed
from phantom_ml.wording import counted

#: Shares of missing cells, of repeated rows, and of the rarest class that deserve a word.
MOSTLY_MISSING, REPEATED, RARE_CLASS = 0.5, 0.05, 0.01
#: Rows of a class, and of a table, below which nothing reliable can be measured.
FEW_OF_CLASS, FEW_ROWS = 20, 200
#: Distinct values up to which a target is a set of classes.
MAX_CLASSES = 50


def profile_warnings(found: Profile) -> tuple[str, ...]:
    """Return the warnings of a profile, one sentence each."""
    return tuple([*_of_target(found), *_of_columns(found), *_of_rows(found)])


def _of_columns(found: Profile) -> Iterator[str]:
    for kind, what in (
        (ColumnKind.EMPTY, "hold nothing"),
        (ColumnKind.CONSTANT, "hold one value only"),
        (ColumnKind.IDENTIFIER, "name single rows"),
    ):
        names = found.of_kind(kind)
        if names:
            yield f"Columns that {what} are not learned from: {listed(names)}."
    for column in found.columns:
        if column.kind is ColumnKind.TEXT and ADVICE in column.evidence:
            yield f"{column.name[:60]!r}: {column.evidence}"
    half = [c.name for c in found.columns if MOSTLY_MISSING < c.missing_share < 1.0]
    if half:
        yield f"More than half of the cells are missing in {listed(half)}."
    for one, other in found.duplicate_columns:
        yield f"{other!r} equals {one!r} in every row."


def _of_rows(found: Profile) -> Iterator[str]:
    if found.n_rows < FEW_ROWS:
        rows = counted(found.n_rows, "row is", "rows are")
        yield f"{rows} few: every score will be uncertain."
    if found.duplicate_rows_share > REPEATED:
        yield (
            f"{found.duplicate_rows_share:.0%} of the rows repeat an earlier one; a model that "
            "knows them by heart looks better than it is."
        )


def _of_target(found: Profile) -> Iterator[str]:
    target = found.target
    if target is None:
        return
    if target.missing_share:
        yield f"The target is missing in {target.missing_share:.1%} of the rows; they are left out."
    if target.n_distinct < 2:
        values = counted(target.n_distinct, "value")
        yield f"The target {target.name!r} has {values}: nothing can be learned."
    elif target.n_distinct <= min(MAX_CLASSES, len(target.top)):
        least = min(target.top, key=lambda t: t.rows)
        if least.rows < FEW_OF_CLASS:
            yield f"Class {least.value!r} has {counted(least.rows, 'row')} only."
        elif least.share < RARE_CLASS:
            yield f"Class {least.value!r} is rare: {least.share:.2%} of the rows."
