"""The evasion check: attacks that a model catches, written otherwise, scored again.

An attacker knows no model here, and tries what is known to work; the worst of all tries is what one who could
ask the model would do in one step. Source: Pierazzi et al., "Intriguing Properties of Adversarial ML Attacks in
the Problem Space", IEEE S&P 2020.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.config.counts import check_count
from phantom_ml.data.matrix import Rows
from phantom_ml.data.schema import ColumnKind
from phantom_ml.errors import BadSetting, TargetUnusable, listed
from phantom_ml.explain.evasion.followers import Derived, followers
from phantom_ml.explain.evasion.mutation import Mutation, mutations
from phantom_ml.explain.evasion.report import WORST, Evaded, EvasionReport
from phantom_ml.explain.truth import known_answers
from phantom_ml.features.base import as_text
from phantom_ml.metrics.intervals import clopper_pearson
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.wording import counted

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: Kinds of problem that have attacks and a line of alert.
KINDS = frozenset({ProblemKind.BINARY, ProblemKind.ANOMALY})
#: Benign rows whose texts are lent to attacks.
DONORS = 2_000


@dataclass(frozen=True)
class EvasionPlan:
    """What is tried, and how much work it may be.

    Attributes
    ----------
    names : tuple of str or None
        Mutations, in this order; None: all.
    max_attacks : int, at least 1
        Attacks that are looked at, drawn at random where there are more.
    seed : int, at least 0

    Raises
    ------
    BadSetting
        A number is none of these, or no mutation is named.
    """

    names: tuple[str, ...] | None = None
    max_attacks: int = 2_000
    seed: int = 0

    @classmethod
    def of(cls, names: Any, max_attacks: int, seed: int) -> EvasionPlan:
        """Return a plan of mutations as a person names them: one, several, each tried once; None: all.

        Raises
        ------
        BadSetting
            What is given is no name and no list of them.

        Examples
        --------
        >>> EvasionPlan.of(["blanks", "blanks"], 10, 0).names
        ('blanks',)
        """
        given = [names] if isinstance(names, str) else names
        if given is not None:
            is_list = isinstance(given, Iterable) and not isinstance(given, bytes | Mapping)
            given = tuple(given) if is_list else None
            if given is None or not all(isinstance(name, str) for name in given):
                raise BadSetting(
                    f"mutations is {names!r}.",
                    f"Give a name or a list of names: {listed(mutations.names())}.",
                )
            given = tuple(dict.fromkeys(given))
        return cls(given, max_attacks, seed)

    def __post_init__(self) -> None:
        if self.names == ():
            raise BadSetting(
                "No mutations are named.",
                "Name one at least, or leave mutations out: all are tried then.",
            )
        for name, least in (("max_attacks", 1), ("seed", 0)):
            check_count(name, getattr(self, name), least)

    def mutations(self) -> list[Mutation]:
        """Return what is tried; raises UnknownName."""
        names = mutations.names() if self.names is None else self.names
        # Two spellings of one name are one mutation.
        return list({m.name: m for m in map(mutations.get, names)}.values())


DEFAULT_PLAN = EvasionPlan()


def check_evasion(
    pipeline: Pipeline,
    frame: pl.DataFrame,
    labels: pl.Series,
    plan: EvasionPlan = DEFAULT_PLAN,
) -> EvasionReport:
    """Return how many of the caught attacks a model still catches after each mutation.

    Parameters
    ----------
    pipeline : Pipeline
        Of two classes, or of anomalies with a line of alert.
    frame : DataFrame
        Rows in their order of time; a changed attack is scored in its own place among the others as
        they were.
    labels : Series
        Their raw answers; rows whose answer the model does not know are left out.
    plan : EvasionPlan

    Raises
    ------
    BadSetting
        The model has no attacks or no line of alert, or no row is an attack.
    """
    threshold = pipeline.spec.threshold
    if pipeline.spec.kind not in KINDS or threshold is None:
        raise BadSetting(
            f"The model has no line of alert: it is one of {pipeline.spec.kind.value}.",
            "Check a model that tells two classes apart, or anomalies, at its threshold.",
        )
    scene = _scene(pipeline, frame, labels, plan)
    trials = [t for m in plan.mutations() if (t := scene.tried(m, plan.seed)) is not None]
    rows = [scene.told(trial) for trial in trials]
    return EvasionReport(
        threshold=threshold.value,
        n_attacks=scene.n_attacks,
        n_caught=scene.caught.height,
        seed=plan.seed,
        rows=tuple(sorted(rows, key=lambda r: (-r.n_missed, -r.score_fall, r.mutation))),
        worst=scene.told(_worst(trials)) if trials else None,
        notes=tuple(_notes(scene, trials, plan)),
    )


@dataclass(frozen=True)
class _Trial:
    """Scores of the caught attacks after one mutation; where nothing changed, as before."""

    name: str
    columns: tuple[str, ...]
    technique: str | None
    changed: Mask
    score: Array


def _worst(trials: list[_Trial]) -> _Trial:
    """Return the least score of each attack."""
    columns = tuple(dict.fromkeys(c for t in trials for c in t.columns))
    changed = np.any([t.changed for t in trials], axis=0)
    return _Trial(WORST, columns, None, changed, np.min([t.score for t in trials], axis=0))


@dataclass(frozen=True)
class _Scene:
    """What all mutations are tried on.

    Attributes
    ----------
    pipeline : Pipeline
        For rows that are asked about one by one among all of them.
    caught : DataFrame
        Attacks that raise an alert, the columns that the model reads.
    score : float64 array of shape (n_caught,)
    benign : DataFrame
        The same columns of some benign rows.
    following : dict
        Column -> those that tell of it.
    """

    pipeline: Pipeline
    n_attacks: int
    caught: pl.DataFrame
    score: Array
    benign: pl.DataFrame
    following: dict[str, dict[str, Derived]] = field(default_factory=dict)

    def columns(self, mutation: Mutation) -> list[str]:
        """Return the columns of the model that a mutation changes; those that follow another do so by it."""
        inputs = self.pipeline.spec.inputs
        own = [c for c in inputs.of_kind(*mutation.kinds) if c in self.caught.columns]
        led = {f for c in own for f in self.following.get(c, {})}
        return [c for c in own if c not in led]

    def tried(self, mutation: Mutation, seed: int) -> _Trial | None:
        """Return what a mutation comes to; None where the model reads no column of its kinds."""
        columns = self.columns(mutation)
        if not columns:
            return None
        changed, score = np.zeros(self.caught.height, np.bool_), self.score.copy()
        frame = self.caught
        for column in columns:
            before = as_text(frame[column])
            after = mutation.change(before, seed, as_text(self.benign[column]))
            differs = before.ne_missing(after)
            changed |= differs.to_numpy()
            frame = frame.with_columns(after.alias(column), *self._followed(column, after, differs))
        rows = np.flatnonzero(changed)
        if len(rows):
            score[rows] = self.pipeline.score(frame[rows])[:, 0]
        return _Trial(mutation.name, tuple(columns), mutation.technique, changed, score)

    def _followed(self, column: str, after: pl.Series, differs: pl.Series) -> Iterator[pl.Series]:
        for name, derived in self.following.get(column, {}).items():
            known = self.caught[name]
            told = derived(after).cast(known.dtype, strict=False)
            yield told.zip_with(differs & known.is_not_null(), known).alias(name)

    def told(self, trial: _Trial) -> Evaded:
        """Return the figures of a trial."""
        line = self.pipeline.spec.threshold
        still = np.ones(len(self.score), np.bool_) if line is None else line.alerts(trial.score)
        missed, total = int((~still & trial.changed).sum()), max(1, self.n_attacks)
        low, high = clopper_pearson(missed, total)
        fall = (self.score - trial.score)[trial.changed]
        return Evaded(
            mutation=trial.name,
            columns=trial.columns,
            technique=trial.technique,
            n_changed=int(trial.changed.sum()),
            n_missed=missed,
            recall_before=len(self.score) / total,
            recall_after=(len(self.score) - missed) / total,
            recall_lost=missed / total,
            recall_lost_low=float(low),
            recall_lost_high=float(high),
            score_fall=float(fall.mean()) if len(fall) else 0.0,
        )


def _scene(pipeline: Pipeline, frame: pl.DataFrame, labels: pl.Series, plan: EvasionPlan) -> _Scene:
    spec, inputs = pipeline.spec, pipeline.encoder.inputs
    answers, known = _answers(pipeline, labels)
    attacks, benign = known[answers == 1], known[answers == 0]
    if len(attacks) == 0:
        raise BadSetting(
            f"Of {counted(frame.height, 'row')} none is known to be an attack.",
            f"Give rows whose {spec.target!r} is {spec.classes[1] if spec.classes else 1!r}.",
        )
    rng = np.random.default_rng(plan.seed)
    drawn, lent = _drawn(attacks, plan.max_attacks, rng), _drawn(benign, DONORS, rng)
    # An attack that is changed is judged among the others as they were.
    among = pipeline.among(frame)
    rows = frame[drawn]
    score = among.score(rows)[:, 0]
    caught = (
        np.ones(len(score), np.bool_) if spec.threshold is None else spec.threshold.alerts(score)
    )
    rows, donors = rows.select(inputs), frame[lent].select(inputs)
    both = pl.concat([rows, donors])
    texts = {c for m in plan.mutations() for c in spec.inputs.of_kind(*m.kinds) if c in inputs}
    return _Scene(
        pipeline=among,
        n_attacks=len(drawn),
        caught=rows.filter(pl.Series(caught)),
        score=score[caught],
        benign=donors,
        following={c: followers(both, c, inputs) for c in sorted(texts)},
    )


def _answers(pipeline: Pipeline, labels: pl.Series) -> tuple[NDArray[np.int64], Rows]:
    try:
        known = known_answers(pipeline.spec, labels)
    except TargetUnusable:
        # A column of one value, or of blanks, tells no attack from the rest.
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return known.values.astype(np.int64), known.rows


def _drawn(rows: Rows, n: int, rng: np.random.Generator) -> Rows:
    if len(rows) <= n:
        return rows
    return np.sort(rng.choice(rows, n, replace=False))


def _none_applies(pipeline: Pipeline, plan: EvasionPlan) -> str:
    """Return which kinds of columns the mutations change, and which text the model reads."""
    able = frozenset[ColumnKind]().union(*(m.kinds for m in map(mutations.get, mutations.names())))
    inputs = pipeline.spec.inputs
    read = {kind for kind in able if set(inputs.of_kind(kind)) & set(pipeline.encoder.inputs)}
    asked = plan.mutations()
    changed = _kinds_told(frozenset[ColumnKind]().union(*(m.kinds for m in asked)))
    names = ", ".join(repr(m.name) for m in asked) if plan.names else "mutations"
    verb = "changes" if plan.names and len(asked) == 1 else "change"
    reads = _kinds_told(read) or "none of these"
    return (
        f"No mutation applies: {names} {verb} columns of kind {changed}; the model reads {reads}."
    )


def _kinds_told(kinds: Collection[ColumnKind]) -> str:
    return ", ".join(sorted(kind.value for kind in kinds))


def _notes(scene: _Scene, trials: list[_Trial], plan: EvasionPlan) -> Iterator[str]:
    if not trials:
        yield _none_applies(scene.pipeline, plan)
    elif scene.caught.height == 0:
        yield "No attack raises an alert as it is, so none could be lost."
    led = sorted({f for text in scene.following.values() for f in text})
    if scene.pipeline.encoder.past is not None:
        yield "Each changed attack is scored in its own place among the other rows as they were."
    if trials and led:
        yield f"Told anew of the changed text: {', '.join(map(repr, led))}."
