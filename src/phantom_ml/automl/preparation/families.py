"""What a training tells of the families of features: how each fared in the race, or why there was none."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from phantom_ml.config import FeatureSettings, ProblemKind
from phantom_ml.features.selection.judged import Judged
from phantom_ml.features.selection.tiers import Tier, tiers_of
from phantom_ml.model.families import Family

#: Those that a configuration switches on and off.
SWITCHED = ("text", "temporal", "statistical", "security")
#: Parts of them that are raced for themselves.
PARTS = {
    "temporal": ("windows",),
    "statistical": ("pairs", "arithmetic", "peers", "crosses"),
}
OFF, ABSENT = "switched off", "no column gives such features"
RACE_OVER = "the time for it was over"
SHORT_BUDGET = "budgets below 20 s have no time for it"
SWITCHED_OFF = "feature_engineering is off"
FIRST_MODEL = "the first model is made before features are judged"
NO_PAST = "the first model counts no earlier rows"
NO_ANSWERS = "there are no answers to judge by"
NO_OTHERS = "there is no other feature to hold it against"


def families_told(
    judged: Judged, settings: FeatureSettings, kind: ProblemKind, why_not: str
) -> list[Family]:
    """Return the families of a training: those of a configuration first, then others in the order of the race.

    Parameters
    ----------
    judged : Judged
        What the race came to.
    settings : FeatureSettings
        What was asked for.
    kind : ProblemKind
        What is learned: it decides the figure.
    why_not : str
        Why those without a judgement have none.
    """
    left, tiers = tiers_of(judged.encoder), {tier.name: tier for tier in judged.tiers}
    # It is made without the past of its rows, so nothing else would name what is missing.
    missing = ("windows",) if why_not == FIRST_MODEL and settings.temporal else ()
    names = dict.fromkeys((*SWITCHED, *left, *tiers, *missing))
    told = (_family(name, left, tiers.get(name), why_not) for name in names)
    figure = "squared error" if kind is ProblemKind.REGRESSION else "log loss"
    return [
        family.model_copy(update={"figure": figure})
        if family.gains
        else family.model_copy(update={"why_not_raced": _why(family, settings, names)})
        for family in told
    ]


def _family(
    name: str, left: Mapping[str, tuple[str, ...]], tier: Tier | None, why_not: str
) -> Family:
    n_left = len(left.get(name, ()))
    n_made = n_left if tier is None else len(tier.features)
    gains, losses = ((), ()) if tier is None else (tier.gains, tier.losses)
    kept = bool(n_left) if tier is None else tier.kept
    return Family(
        name=name,
        kept=kept,
        n_made=n_made,
        n_features=n_left,
        gains=gains,
        losses=losses,
        why_not_raced="" if gains else why_not,
    )


def _why(family: Family, settings: FeatureSettings, names: Collection[str]) -> str:
    """Return why a family was not raced; of one without features, why it has none."""
    if family.n_made:
        return family.why_not_raced
    if not getattr(settings, family.name, True):
        return OFF
    if family.name == "windows" and family.why_not_raced == FIRST_MODEL:
        return NO_PAST
    apart = [name for name in PARTS.get(family.name, ()) if name in names]
    return f"its features are told as {', '.join(apart)}" if apart else ABSENT
