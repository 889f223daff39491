"""What a person should know of a table's features beside them: doubts, and what looks like the answer."""

from __future__ import annotations

from collections.abc import Iterator

from phantom_ml.data.leaks.report import leak_report
from phantom_ml.data.schema import ColumnSchema
from phantom_ml.data.times.parse import to_datetime
from phantom_ml.features.doubts import doubts_of_numbers, doubts_of_rows, doubts_of_time
from phantom_ml.features.generated import Generated
from phantom_ml.features.request import FeatureRequest
from phantom_ml.features.selection.mixing import blocks_of


def remarks(made: Generated, request: FeatureRequest) -> tuple[str, ...]:
    """Return sentences: of times, of cells that cannot be read, of kinds named in vain, of the target."""
    doubts = doubts_of_time(made.inputs, made.schema, request.time_column)
    told = [
        *doubts_of_rows(made.inputs, request.time_column),
        *made.strays,
        *(doubts if request.temporal else ()),
    ]
    told += [*_unreadable(made, request.time_column), *doubts_of_numbers(made.inputs, made.schema)]
    told += [*_in_vain(made), *_one_block(made, request), *_leaks(made, request)]
    return tuple(told)


def _unreadable(made: Generated, time: str | None) -> Iterator[str]:
    if time is None or time not in made.inputs.columns:
        return
    values = made.inputs[time]
    lost = to_datetime(values).null_count() - values.null_count()
    if lost and not values.dtype.is_numeric():
        yield f"{lost:,} of {len(values):,} cells of {time!r} are no time that can be read."


def columns_told(made: Generated) -> tuple[ColumnSchema, ...]:
    """Return what each column was taken for, and why; of a kind named in vain also what its features are of."""
    others = _others(made)
    return tuple(
        column.model_copy(update={"evidence": f"{column.evidence} {_but(others[column.name])}"})
        if column.name in others
        else column
        for column in made.schema.columns
    )


def _in_vain(made: Generated) -> Iterator[str]:
    """Yield a sentence for each named kind that no feature was made by, though others were."""
    kinds = {c.name: c.kind.value for c in made.schema.columns}
    for name, others in _others(made).items():
        yield f"{name!r} was named as {kinds[name]}. {_but(others)}"


def _but(others: str) -> str:
    return f"But its values give nothing of that kind: its features are of the kind {others}."


def _others(made: Generated) -> dict[str, str]:
    """Return by column the kinds that its features are of, where none is of the one that was named."""
    makers: dict[str, set[str]] = {}
    for part in made.encoder.columns:
        makers.setdefault(part.column, set()).update(kind.value for kind in type(part).kinds)
    named = {c.name: c.kind.value for c in made.schema.columns if c.overridden}
    return {
        name: " or ".join(sorted(makers[name]))
        for name, kind in named.items()
        if name in makers and kind not in makers[name]
    }


def _one_block(made: Generated, request: FeatureRequest) -> Iterator[str]:
    """Yield a sentence where nothing can be judged: without a target by how columns hang together."""
    if made.target is not None or len(set(blocks_of(made.encoder))) != 1:
        return
    if len({f.source for f in made.matrix.features}) == 1:
        yield (
            "One column alone, and no target: nothing tells which of its features count, so all are kept. "
            "Name a target, or part the column."
        )
    else:
        yield (
            "No target, and features that are made of several columns tie all columns together: nothing tells "
            "which of them count, so all are kept. Name a target."
        )


def _leaks(made: Generated, request: FeatureRequest) -> Iterator[str]:
    if made.target is None:
        return
    rows = made.inputs[made.target.keep]
    found = leak_report(rows, made.schema, made.target, time_column=request.time_column)
    yield from (warning.sentence for warning in found if warning.severity == "high")
