"""What a person should know of a table's features beside them: doubts, and what looks like the answer."""

from __future__ import annotations

from collections.abc import Iterator

from phantom_ml.data.leaks import leak_report
from phantom_ml.data.times import to_datetime
from phantom_ml.features.doubts import doubts_of_numbers, doubts_of_time
from phantom_ml.features.generated import Generated
from phantom_ml.features.request import FeatureRequest


def remarks(made: Generated, request: FeatureRequest) -> tuple[str, ...]:
    """Return sentences: of the time, of cells that cannot be read, of kinds named in vain, of the target."""
    doubts = doubts_of_time(made.inputs, made.schema, request.time_column)
    told = list(doubts) if request.temporal else []
    told += [*_unreadable(made, request.time_column), *doubts_of_numbers(made.inputs, made.schema)]
    told += [*_in_vain(made), *_one_column(made), *_leaks(made, request)]
    return tuple(told)


def _unreadable(made: Generated, time: str | None) -> Iterator[str]:
    if time is None or time not in made.inputs.columns:
        return
    values = made.inputs[time]
    lost = to_datetime(values).null_count() - values.null_count()
    if lost and not values.dtype.is_numeric():
        yield f"{lost:,} of {len(values):,} cells of {time!r} are no time that can be read."


def _in_vain(made: Generated) -> Iterator[str]:
    """Yield a sentence for each named kind that no feature was made by, though others were."""
    makers: dict[str, set[str]] = {}
    for part in made.encoder.columns:
        makers.setdefault(part.column, set()).update(kind.value for kind in type(part).kinds)
    for column in made.schema.columns:
        known = makers.get(column.name, set())
        if column.overridden and known and column.kind.value not in known:
            yield (
                f"{column.name!r} was named as {column.kind.value}, but its values give nothing of "
                f"it: it is taken for what {', '.join(sorted(known))} may be."
            )


def _one_column(made: Generated) -> Iterator[str]:
    """Yield a sentence where nothing can be judged: without a target by how columns hang together."""
    if made.target is None and len({f.source for f in made.matrix.features}) == 1:
        yield (
            "One column alone, and no target: nothing tells which of its features count, so all are kept. "
            "Name a target, or part the column."
        )


def _leaks(made: Generated, request: FeatureRequest) -> Iterator[str]:
    if made.target is None:
        return
    rows = made.inputs[made.target.keep]
    found = leak_report(rows, made.schema, made.target, time_column=request.time_column)
    yield from (warning.sentence for warning in found if warning.severity == "high")
