"""From a raw table to its features: generated, judged, selected, described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLConfig, FeatureSettings
from phantom_ml.data.schema import UNUSED_KINDS, ColumnSchema
from phantom_ml.features.columns.category import CategoryEncoder
from phantom_ml.features.columns.number import NumberEncoder
from phantom_ml.features.feature_set import FeatureSet, GeneratedFeature
from phantom_ml.features.generated import Generated, generate
from phantom_ml.features.offsets import bounded
from phantom_ml.features.remarks import columns_told, remarks
from phantom_ml.features.request import FeatureRequest
from phantom_ml.features.selection.afford import costs, fitted_cost
from phantom_ml.features.selection.interactions import FAMILIES, choose_interactions
from phantom_ml.features.selection.mixing import blocks_of, uncounted, worth_without_target
from phantom_ml.features.selection.tiers import SURELY_NEW, race_tiers, tiers_of
from phantom_ml.features.selection.training import Training
from phantom_ml.features.selection.trees import drawn
from phantom_ml.features.selection.worth import Worth, patient_repeats, worth

if TYPE_CHECKING:
    from phantom_ml.data.matrix import Samples

#: Rows that families of interactions are raced on, at most.
RACE_ROWS = 16_000
#: What is told of the work: a stage, and the share that is done when it begins.
Told = Callable[[str, float], None]
CONSTANT, CHANCE, IDLE, LIMIT, DEAR = (
    "constant",
    "below chance",
    "idle beside the rest",
    "beyond max_features",
    "beyond max_us_per_row",
)


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""


def engineer_features(
    frame: pl.DataFrame,
    config: FeatureSettings | AutoMLConfig | Mapping[str, Any] | str | None = None,
    progress: Told = _silent,
) -> FeatureSet:
    """Return the features of a table, scored and selected.

    With a target features are scored by what they gain on held-out rows; without one, by how well they
    tell real rows from rows whose columns were mixed.

    Parameters
    ----------
    frame : DataFrame
        Raw rows.
    config : FeatureSettings, AutoMLConfig, mapping or JSON text, optional
        The families (``text``, ``temporal``, ``statistical``, ``security``), ``kinds``, ``time_zone``,
        ``max_features``, ``max_us_per_row``, ``target_column``, ``task_type``, ``time_column``,
        ``group_columns``, ``ignored_columns``, ``label_delay`` (days) and ``seed``.
    progress : callable, optional
        Called with each stage and the share of the work that is done when it begins.

    Returns
    -------
    FeatureSet

    Raises
    ------
    BadSetting, ColumnMissing, TargetMissing, TargetUnusable

    Examples
    --------
    >>> frame = pl.DataFrame({"proto": ["tcp", "udp"] * 20, "n": [1.0, 2.0, 3.0, 4.5] * 10})
    >>> sorted(engineer_features(frame).names)
    ['n', 'proto']
    """
    request = FeatureRequest.of(config)
    progress("Making features", 0.0)
    made = generate(frame, request)
    progress("Pairing columns", 0.4)
    made = with_interactions(made, request)
    progress("Judging features", 0.6)
    judged = _judged(made, request)
    progress("Measuring what they cost", 0.9)
    told = _told(made, judged, request)
    progress("Done", 1.0)
    return FeatureSet(
        frame=_decoded(made).lazy(),
        features=tuple(sorted(told, key=lambda f: (not f.selected, -(f.importance or 0.0)))),
        columns=columns_told(made),
        left_out=_left_out(made),
        remarks=remarks(made, request),
        target=request.target_column,
        n_rows=frame.height,
        shadow=judged.worth.shadow,
    )


def with_interactions(made: Generated, request: FeatureRequest) -> Generated:
    """Return the features with those pairs of columns beside them that gain more than chance."""
    if made.target is None or not request.statistical or not made.matrix.features:
        return made
    samples, question = made.answered()
    rows = made.inputs[made.target.keep]
    training = Training(rows, made.schema, samples, question)
    found = choose_interactions(training, request.seed)
    if not found:
        return made
    encoder = replace(made.encoder, tables=(*made.encoder.tables, *found))
    return replace(made, encoder=encoder, matrix=encoder.training(made.inputs, made.before))


@dataclass(frozen=True)
class _Judged:
    """What became of the features.

    Attributes
    ----------
    worth : Worth
        Of all features, in their order; 0 for those that were not judged.
    faults : list of str
        Why a feature was not judged.
    """

    worth: Worth
    faults: list[str]


def _judged(made: Generated, request: FeatureRequest) -> _Judged:
    faults = _with_idle_pairs(made, request, _faults(made))
    places = [i for i, fault in enumerate(faults) if not fault]
    n = len(faults)
    all_of_them = Worth(np.zeros(n), np.zeros(n), 0.0, np.ones(n), np.ones(n, np.bool_))
    if not places or made.matrix.n_rows <= 1:
        return _Judged(all_of_them, faults)
    found = _worth(made, places, request)
    for told, each in zip(_by_feature(all_of_them), _by_feature(found), strict=True):
        told[places] = each
    return _Judged(replace(all_of_them, shadow=found.shadow), faults)


def _with_idle_pairs(made: Generated, request: FeatureRequest, faults: list[str]) -> list[str]:
    """Return the faults, and that of interactions by whose family held-out rows gain nothing."""
    tiers = {t: names for t, names in tiers_of(made.encoder).items() if t in FAMILIES}
    if made.target is None or not tiers:
        return faults
    places = [i for i, fault in enumerate(faults) if not fault]
    samples, question = made.answered()
    rows, asked = drawn(replace_columns(samples, places), question, RACE_ROWS, request.seed)
    raced = race_tiers(rows, tiers, asked, request.seed, SURELY_NEW)
    idle = {name for tier in raced if not tier.kept for name in tier.features}
    told = zip(made.features, faults, strict=True)
    return [fault or (IDLE if f.name in idle else "") for f, fault in told]


def _by_feature(found: Worth) -> tuple[NDArray[Any], ...]:
    return found.share, found.spread, found.wins, found.above


def _worth(made: Generated, places: list[int], request: FeatureRequest) -> Worth:
    if made.target is None:
        blocks = blocks_of(made.encoder)
        some = uncounted(made.encoder, made.inputs, made.matrix).columns(places)
        return worth_without_target(some, [blocks[i] for i in places], request.seed)
    samples, question = made.answered()
    repeats = patient_repeats(samples.matrix.n_rows)
    return worth(replace_columns(samples, places), question, request.seed, repeats)


def replace_columns(samples: Samples, places: list[int]) -> Samples:
    """Return samples with only some of their features."""
    return replace(samples, matrix=samples.matrix.columns(places))


def _faults(made: Generated) -> list[str]:
    """Return why a feature is of no use whatever the target: constant, or the copy of another."""
    seen: dict[tuple[int, bytes], str] = {}
    faults = []
    for feature, column in zip(made.features, made.whole.values.T, strict=True):
        known = column[~np.isnan(column)]
        varies = known.size > 0 and (known.min() < known.max() or known.size < column.size)
        first = seen.setdefault((feature.cardinality, column.tobytes()), feature.name)
        copied = first != feature.name
        faults.append(CONSTANT if not varies else f"same as {first}" if copied else "")
    return faults


def _told(made: Generated, judged: _Judged, request: FeatureRequest) -> list[GeneratedFeature]:
    kinds = {c.name: c.kind.value for c in made.schema.columns}
    makers = _makers(made)
    price = _prices(made)
    reasons = _reasons(made, judged, request, price)
    return [
        GeneratedFeature(
            name=feature.name,
            source=feature.source,
            beside=feature.beside,
            kind=kinds.get(feature.source, "text"),
            generator=makers[i],
            description=feature.words or f"the {makers[i]}",
            formula=formula(feature.name, makers[i], (feature.source, *feature.beside)),
            cost_us=price[i],
            importance=float(judged.worth.share[i]),
            spread=float(judged.worth.spread[i]),
            selected=not reasons[i],
            reason=reasons[i],
        )
        for i, feature in enumerate(made.features)
    ]


def _prices(made: Generated) -> list[float]:
    """Return what each feature costs, microseconds a row; what is fitted together shares its cost."""
    price, n_fitted = costs(made.encoder, made.inputs), made.fitted.shape[1]
    if not n_fitted:
        return price
    return price + [fitted_cost(made.encoder, made.side, made.inputs) / n_fitted] * n_fitted


def _makers(made: Generated) -> list[str]:
    """Return which generator made each feature."""
    encoder = made.encoder
    names = [p.name for p in encoder.parts for _ in p.features]
    names += ["windows"] * (len(encoder.features) - len(names))
    texts = 0 if made.side.text_score is None else len(made.side.text_score.features)
    return names + ["text_score"] * texts + ["risk"] * (made.fitted.shape[1] - texts)


def formula(name: str, generator: str, sources: tuple[str, ...]) -> str:
    """Return what a feature is a function of.

    Examples
    --------
    >>> formula("url.path.entropy", "url", ("url",))
    'url(url).path.entropy'
    >>> formula("connection.direction", "connection", ("src", "dst"))
    'connection(src, dst).direction'
    >>> formula("bytes_out / bytes_in", "arithmetic", ("bytes_out", "bytes_in"))
    'bytes_out / bytes_in'
    """
    if generator == "arithmetic":
        return name
    part = name.removeprefix(f"{sources[0]}.").removeprefix(f"{generator}.")
    whole = f"{generator}({', '.join(sources)})"
    return whole if part == name and part == sources[0] else f"{whole}.{part}"


def _reasons(
    made: Generated, judged: _Judged, request: FeatureRequest, price: list[float]
) -> list[str]:
    """Return why each feature is not selected; nothing for those that are."""
    share, above = judged.worth.share, judged.worth.above
    reasons = [
        fault or ("" if a else CHANCE) for fault, a in zip(judged.faults, above, strict=True)
    ]
    if all(reasons) and made.target is None:
        reasons = list(judged.faults)
    n_kept, spent = 0, 0.0
    for i in sorted(range(len(share)), key=lambda i: -share[i]):
        if reasons[i]:
            continue
        cost = price[i]
        if request.max_features is not None and n_kept >= request.max_features:
            reasons[i] = LIMIT
        elif request.max_us_per_row is not None and spent + cost > request.max_us_per_row:
            reasons[i] = DEAR
        else:
            n_kept, spent = n_kept + 1, spent + cost
    return reasons


def _decoded(made: Generated) -> pl.DataFrame:
    """Return the features as a frame, codes of categories and moved numbers as they were."""
    values = made.whole.values
    makers = [p for p in made.encoder.parts for _ in p.features]
    columns = []
    for i, feature in enumerate(made.features):
        maker = makers[i] if i < len(makers) else None
        column = pl.Series(feature.name, values[:, i]).fill_nan(None)
        levels = () if maker is None else _levels(feature.name, maker)
        if feature.cardinality and levels:
            words = pl.Series(feature.name, list(levels), dtype=pl.String)
            column = words.gather(column.cast(pl.UInt32)).alias(feature.name)
        elif isinstance(maker, NumberEncoder) and maker.is_moved:
            column = _as_given(maker, made.inputs).alias(feature.name)
        columns.append(column)
    return pl.DataFrame(columns)


def _as_given(encoder: NumberEncoder, inputs: pl.DataFrame) -> pl.Series:
    """Return the numbers of a column, neither less the offset nor scaled; None for those that are not finite."""
    numbers = encoder.numbers(inputs[encoder.column])
    if numbers.dtype.is_integer():
        return numbers
    found = numbers.cast(pl.Float64).to_numpy()
    if encoder.exponent:
        return pl.Series(np.where(np.isinf(found), np.nan, found)).fill_nan(None)
    return pl.Series(bounded(found)).fill_nan(None)


def _levels(name: str, encoder: Any) -> tuple[str, ...]:
    """Return what the codes of a categorical feature stand for; nothing where they are numbers."""
    if isinstance(encoder, CategoryEncoder):
        return encoder.levels
    levels = getattr(encoder, "levels", {})
    if not isinstance(levels, Mapping):
        return ()
    column = getattr(encoder, "column", getattr(encoder, "prefix", encoder.name))
    return tuple(levels.get(name.removeprefix(f"{column}."), ()))


def _left_out(made: Generated) -> dict[str, str]:
    used = {source for f in made.features for source in (f.source, *f.beside)}
    used |= {*made.encoder.text_columns} if made.side.text_score is not None else set()
    reasons = {}
    for column in made.schema.columns:
        if column.name in used:
            continue
        unused = column.kind in UNUSED_KINDS
        why = column.evidence if unused else _unlearned(column, made)
        reasons[column.name] = f"{column.kind.value}. {why}".strip()
    return reasons


def _unlearned(column: ColumnSchema, made: Generated) -> str:
    if column.name in made.encoder.text_columns:
        return "Its statistics never vary; what it says is scored only where there is a target"
    if column.overridden:
        return (
            "Its kind was named, but its values give nothing of it, or its family is switched off"
        )
    return "Nothing to learn, or its family is switched off"
