"""Which pasts are worth telling: the entities of a table, and what of their events is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl

from phantom_ml.data.columns.column import name_words, words
from phantom_ml.data.kinds.words import ENTITY_HINTS
from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.data.times.form import time_form
from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.data.times.stray import strays_of
from phantom_ml.data.times.years import spans_new_year
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.spellings import one_spelling
from phantom_ml.features.windows.events import microseconds, outcome_text
from phantom_ml.features.windows.line import SECOND
from phantom_ml.features.windows.plan import EntityPlan, FailureValues, WindowPlan
from phantom_ml.features.windows.words import WINDOWS

ENTITIES = (ColumnKind.IP, ColumnKind.ENTITY, ColumnKind.EMAIL, ColumnKind.MAC, ColumnKind.DOMAIN)
COUNTED = (
    ColumnKind.IP,
    ColumnKind.ENTITY,
    ColumnKind.PORT,
    ColumnKind.DOMAIN,
    ColumnKind.CATEGORY,
)
#: What tells which kind of event it is, and how many events and columns of it are kept.
STEP_KINDS = (ColumnKind.CATEGORY, ColumnKind.LOG_MESSAGE, ColumnKind.BOOLEAN, ColumnKind.PORT)
STEPS, MOST_STEP_COLUMNS = 20, 4
OUTCOMES = (ColumnKind.CATEGORY, ColumnKind.BOOLEAN)
#: How much is told at most, and of how few distinct values nothing is worth counting.
MOST_ENTITIES, MOST_COUNTED, MOST_SUMS, FEW = 4, 3, 2, 5
#: An entity that comes only once or twice on average has no past.
MOST_DISTINCT = 0.5
#: Seconds of a day.
DAY_SECONDS = 86_400
#: More distinct outcomes than this are no outcomes.
MOST_OUTCOMES = 100

SOURCE = name_words("src source orig originator client saddr srcaddr srcip sender caller initiator")
TARGET = name_words(
    "dst dest destination resp responder server daddr dstaddr dstip recipient target"
)


def plan_windows(
    frame: pl.DataFrame, schema: TableSchema, *, time: str | None, groups: Sequence[str] = ()
) -> WindowPlan | None:
    """Return what to tell of the past of a table's entities; None where it has no time or no entity.

    Parameters
    ----------
    frame : DataFrame
        The training rows.
    schema : TableSchema
        The input columns: neither target nor ids.
    time : str or None
        The column of the time; None: the only timestamp of the schema, if there is one.
    groups : sequence of str
        Columns that were named as entities; they come first, whatever their kind.
    """
    stamps = schema.of_kind(ColumnKind.TIMESTAMP)
    time = time or (stamps[0] if len(stamps) == 1 else None)
    if time is None or time not in frame.columns or spans_new_year(frame[time]):
        return None
    windows = _windows(frame[time], _form(frame[time], schema))
    entities = _entities(frame, schema, [g for g in groups if g != time])
    if not windows or not entities:
        return None
    counted = _counted(frame, schema, time)
    sums = tuple(schema.of_kind(ColumnKind.BYTES)[:MOST_SUMS])
    failures = _failures(frame, schema)
    single = [
        EntityPlan(
            columns=(entity,),
            windows=windows,
            distinct=tuple(c for c in counted if c != entity)[:MOST_COUNTED],
            sums=tuple(c for c in sums if c != entity),
            failures=tuple(f for f in failures if f.column != entity),
        )
        for entity in entities
    ]
    # Of a pair its rhythm is told; what else it does, its two sides tell.
    pairs = [
        EntityPlan(columns=pair, windows=windows, rhythm=True) for pair in _pairs(entities, schema)
    ]
    return _plan(frame[time], (*single, *pairs), schema)


def with_steps(
    plan: WindowPlan | None,
    frame: pl.DataFrame,
    schema: TableSchema,
    *,
    time: str | None,
    groups: Sequence[str] = (),
) -> WindowPlan | None:
    """Return a plan that keeps the last events of the first entity one by one, beside what it tells.

    None where there is no time or no entity.
    """
    stamps = schema.of_kind(ColumnKind.TIMESTAMP)
    time = time or (stamps[0] if len(stamps) == 1 else None)
    if time is None or time not in frame.columns:
        return plan
    entities = _entities(frame, schema, [g for g in groups if g != time])
    columns = tuple(c for c in schema.of_kind(*STEP_KINDS) if c != time and c not in entities[:1])
    if not entities or not columns:
        return plan
    failures = tuple(f for f in _failures(frame, schema) if f.column != entities[0])
    columns = columns[:MOST_STEP_COLUMNS]
    steps = EntityPlan(columns=(entities[0],), distinct=columns, failures=failures, steps=STEPS)
    told = () if plan is None else plan.entities
    return _plan(frame[time], (*told, steps), schema)


def _plan(time: pl.Series, entities: tuple[EntityPlan, ...], schema: TableSchema) -> WindowPlan:
    compared = dict.fromkeys(c for e in entities for c in (*e.columns, *e.distinct))
    known = set(schema.names())
    kinds = {c: schema.column(c).kind for c in compared if c in known}
    form = _form(time, schema)
    return WindowPlan(time=time.name, entities=entities, kinds=kinds, time_form=form)


def _form(time: pl.Series, schema: TableSchema) -> str:
    """Return how the times are written: as all rows of training told, where the schema knows the column."""
    known = schema.column(time.name).time_form if time.name in schema.names() else None
    return known or time_form(time)


def _windows(time: pl.Series, form: str) -> tuple[int, ...]:
    """Return the windows that are no longer than the time that the rows span, but for stray clocks."""
    micros, known = microseconds(time, form)
    if not known.any():
        return ()
    known &= ~strays_of(time, np.where(known, micros, NO_TIME), DAY_SECONDS * SECOND)
    span = int(micros[known].max()) - int(micros[known].min())
    return tuple(w for w in WINDOWS if w * SECOND <= span)


def _entities(frame: pl.DataFrame, schema: TableSchema, groups: Sequence[str]) -> list[str]:
    named = [g for g in groups if g in frame.columns]
    found = [c.name for c in schema.columns if _acts(c) and _repeats(frame[c.name], c.kind)]
    # Who acts comes before whom it is done to; the columns' order decides among equals.
    found.sort(key=lambda c: (side(c) != "source", side(c) == "target"))
    return list(dict.fromkeys([*named, *found]))[:MOST_ENTITIES]


def _acts(column: ColumnSchema) -> bool:
    """Return whether a column says who: by its kind, or a few values by its name."""
    few = column.kind is ColumnKind.CATEGORY and column.n_distinct >= FEW
    return column.kind in ENTITIES or (few and not ENTITY_HINTS.isdisjoint(words(column.name)))


def _repeats(values: pl.Series, kind: ColumnKind) -> bool:
    n_distinct = one_spelling(values, kind).drop_nulls().n_unique()
    return 2 <= n_distinct <= MOST_DISTINCT * len(values)


def _pairs(entities: Sequence[str], schema: TableSchema) -> list[tuple[str, str]]:
    """Return the first two addresses that are the two sides of a connection."""
    known = set(schema.names())
    kinds = {c: schema.column(c).kind for c in entities if c in known}
    for kind in (ColumnKind.IP, ColumnKind.DOMAIN, ColumnKind.ENTITY):
        sources = [c for c in kinds if kinds[c] == kind and side(c) == "source"]
        targets = [c for c in kinds if kinds[c] == kind and side(c) == "target"]
        if sources and targets:
            return [(sources[0], targets[0])]
    return []


def side(column: str) -> str:
    """Return which side of a connection a column's name tells: source, target, or neither.

    Examples
    --------
    >>> side("src_ip"), side("id.resp_h"), side("destinationIp"), side("user")
    ('source', 'target', 'target', '')
    """
    words = _words(column)
    if not SOURCE.isdisjoint(words):
        return "source"
    return "" if TARGET.isdisjoint(words) else "target"


def _words(column: str) -> list[str]:
    """Return the words of a column's name, lower case; a capital begins one."""
    return [w.lower() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", column)]


def _counted(frame: pl.DataFrame, schema: TableSchema, time: str) -> list[str]:
    """Return the columns whose distinct values are counted, those of the other side first."""
    found = [c for c in schema.of_kind(*COUNTED) if c != time and frame[c].n_unique() >= FEW]
    kind = {c: COUNTED.index(schema.column(c).kind) for c in found}
    return sorted(found, key=lambda c: (side(c) == "source", kind[c]))


def _failures(frame: pl.DataFrame, schema: TableSchema) -> list[FailureValues]:
    """Return the first column that tells the outcome, with its values that mean failure."""
    known = knowledge("outcomes")
    for column in schema.of_kind(*OUTCOMES):
        last = _words(column)[-1:]
        if not set(last) & set(known["names"]):
            continue
        words = outcome_text(frame[column]).drop_nulls().unique().sort()
        if len(words) > MOST_OUTCOMES:
            continue
        no = known["no_values"] if set(last) & set(known["yes_names"]) else []
        failed = tuple(w for w in words if _means_failure(w, [*known["failures"], *no]))
        if failed and len(failed) < len(words):
            return [FailureValues(column=column, values=failed)]
    return []


def _means_failure(word: str, failures: Sequence[str]) -> bool:
    return word in failures or word.startswith(tuple(knowledge("outcomes")["prefixes"]))
