"""What is told of an entity's past: which entities, which windows, which of their columns.

A window of 1 h at time t holds the events of [t - 1 h, t): a row sees neither itself nor its ties.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from phantom_ml.config import Settings
from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.windows.words import (
    RHYTHM,
    Told,
    arrival_words,
    distinct_words,
    failure_words,
    sum_words,
)

Name = Annotated[str, StringConstraints(min_length=1)]


class FailureValues(Settings):
    """The values of a column that mean failure, lower case; any other known value means success."""

    column: Name
    values: tuple[str, ...] = Field(min_length=1)


class EntityPlan(Settings):
    """One entity, and what is told of it.

    Attributes
    ----------
    columns : the column that names it, or two that name it together.
    windows : lengths in seconds, ascending.
    distinct : columns whose distinct values are counted, and whose new values are told.
    sums : columns of whole numbers (bytes), summed and held against their mean.
    failures : where failure is told; a row fails if any of them says so.
    rhythm : whether the gaps between events are measured for regularity.
    steps : so many of the last events are kept one by one for learners of sequences; then nothing else
        is told.
    """

    columns: tuple[Name, ...] = Field(min_length=1, max_length=2)
    windows: tuple[Annotated[int, Field(ge=1, le=604_800)], ...] = ()
    distinct: tuple[Name, ...] = Field((), max_length=8)
    sums: tuple[Name, ...] = Field((), max_length=8)
    failures: tuple[FailureValues, ...] = Field((), max_length=8)
    rhythm: bool = False
    steps: int = Field(0, ge=0, le=64)

    @property
    def label(self) -> str:
        """Return what the entity is called: ``src_ip``, ``src_ip_dst_ip``."""
        return "_".join(self.columns)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the raw columns that are read, the time aside."""
        told = (f.column for f in self.failures)
        return tuple(dict.fromkeys([*self.columns, *self.distinct, *self.sums, *told]))

    @cached_property
    def told(self) -> list[Told]:
        """Return what is told, in the order in which it is computed."""
        if self.steps:
            return []
        failing = tuple(f.column for f in self.failures)
        return [
            *arrival_words(self.windows),
            *(w for c in self.distinct for w in distinct_words(c, self.windows)),
            *(w for c in self.sums for w in sum_words(c, self.windows)),
            *(failure_words(failing, self.windows) if failing else ()),
            *(RHYTHM if self.rhythm else ()),
        ]

    def features(self, time: str) -> tuple[Feature, ...]:
        """Return what the columns mean; ``time`` is the column of the time."""
        source, *rest = self.columns
        return tuple(
            Feature(
                f"{self.label}.{t.name}",
                source,
                0,
                t.words,
                (*rest, *t.beside, time),
                self.label,
                t.counts,
            )
            for t in self.told
        )


class WindowPlan(Settings):
    """The column of the time, and the entities whose past is told.

    Attributes
    ----------
    time : the column of the time.
    entities : what is told of whom.
    kinds : what columns of entities and of distinct values are: the spellings of an IP address, a domain, mail
        addresses, a digest, a MAC or a port count as one. All other values are told apart as they are written.
    time_form : how the times of training are written; None: decided by those that are given.

    Examples
    --------
    >>> user = EntityPlan(columns=("user",), windows=(3600,), distinct=("host",))
    >>> [f.name for f in WindowPlan(time="time", entities=(user,)).features][:3]
    ['user.is_new', 'user.age', 'user.gap']
    """

    version: ClassVar[int] = 3

    time: Name
    entities: tuple[EntityPlan, ...] = Field(min_length=1, max_length=16)
    kinds: dict[Name, ColumnKind] = Field(default_factory=dict)
    time_form: str | None = None

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """Return what the columns of ``window_features`` mean."""
        return tuple(f for entity in self.entities for f in entity.features(self.time))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the raw columns that are read, the time first."""
        read = (c for entity in self.entities for c in entity.inputs)
        return tuple(dict.fromkeys([self.time, *read]))
