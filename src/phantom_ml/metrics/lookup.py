"""From a name, in any of its usual spellings, or a user's function to the metric."""

from __future__ import annotations

import re
from collections.abc import Iterable

from phantom_ml.config import ProblemKind
from phantom_ml.config.task_type import plain
from phantom_ml.errors import BadSetting, UnknownName, listed
from phantom_ml.metrics.base import Metric, MetricFamily, families, metrics
from phantom_ml.metrics.user_function import UserFunction, from_function
from phantom_ml.wording import article

LEVEL = re.compile(r"(?<![a-z])(\d+\.?\d*(?:e-?\d+)?|\.\d+(?:e-?\d+)?)[\s_]*(%|percent)?")
DEFAULTS = {
    ProblemKind.BINARY: "average_precision",
    ProblemKind.MULTICLASS: "log_loss",
    ProblemKind.REGRESSION: "rmse",
    ProblemKind.ANOMALY: "injected_average_precision",
}


def default_metric(kind: ProblemKind) -> Metric:
    """Return the metric that counts where none was asked for.

    Examples
    --------
    >>> default_metric(ProblemKind.BINARY).name
    'average_precision'
    """
    return metrics.get(DEFAULTS[kind])


def get_metric(metric: str | UserFunction, kind: ProblemKind) -> Metric:
    """Return the metric that is meant, by name or made of a function.

    Parameters
    ----------
    metric : str or callable
        A name in any case, with or without underscores; a usual alias (``AUC``, ``logloss``,
        ``pr_auc``); a name with a level (``recall_at_fpr_0.001``, ``recall@1%fpr``,
        ``precision_at_50``, ``pinball_0.9``); or a function of (truth, prediction), more is better.
    kind : ProblemKind

    Raises
    ------
    UnknownName
        No metric is called so.
    BadSetting
        The metric does not measure this kind of problem, or its level is missing or impossible.

    Examples
    --------
    >>> get_metric("AUC", ProblemKind.BINARY).name
    'roc_auc'
    >>> get_metric("recall@fpr=0.1%", ProblemKind.BINARY).name
    'recall_at_fpr_0.001'
    """
    if not isinstance(metric, str):
        return from_function(metric, kind)
    found = _named(metric) or _levelled(metric)
    if found is None:
        raise UnknownName("metric", metric, metrics.names())
    if kind not in found.kinds:
        fitting = [m.name for m in metrics if kind in m.kinds]
        raise BadSetting(
            f"The metric {found.name!r} does not measure {article(kind.value)} problem.",
            f"Use one of these: {listed(fitting, 60)}.",
        )
    return found


def _named(name: str) -> Metric | None:
    wanted = plain(name)
    return next((m for m in metrics if wanted in _spellings(m.name, m.aliases)), None)


def _levelled(name: str) -> Metric | None:
    """Return the metric of a family at the level in the name, ``recall@1%fpr`` for one."""
    level = LEVEL.search(name.lower())
    letters = name.lower() if level is None else name.lower().replace(level.group(0), " ", 1)
    letters = plain(letters.replace("@", "_at_").replace("=", "").replace("<", ""))
    for known in families.names():
        family = families.get(known)
        if letters in _spellings(known, family.aliases):
            return family.make(_level(known, family, level))
    return None


def _level(known: str, family: MetricFamily, found: re.Match[str] | None) -> float:
    example = family.make(family.example).name
    if found is None:
        raise BadSetting(f"The metric {known!r} has no level.", f"Write it so: {example!r}.")
    level = float(found.group(1)) / (100.0 if found.group(2) else 1.0)
    inside = family.low <= level <= family.high
    if not inside or (family.integer and not level.is_integer()):
        number = "a whole number" if family.integer else "a number"
        raise BadSetting(
            f"The level of the metric {known!r} is {level:g}.",
            f"Give {number} between {family.low:g} and {family.high:g}: {example!r}.",
        )
    return level


def _spellings(name: str, aliases: Iterable[str]) -> set[str]:
    return {plain(spelling) for spelling in (name, *aliases)}
