"""Families of features: which a training kept and which it dropped, and by which figure on the same folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.wording import counted

#: What a model's card calls them.
FAMILIES = "families"
#: Why one stays with which held-out rows are worse on average.
STAYS = "only 0 of 6 drops a family"
#: A family that is new stays if it lowers so many judgements; one that is not is settled by fewer.
ENOUGH_TO_COME = 5


class Family(Settings):
    """One family of features, and what its race came to.

    Examples
    --------
    >>> text = Family(
    ...     name="text", kept=True, n_made=8, n_features=8, figure="log loss",
    ...     gains=(0.1, 0.2), losses=((0.36, 0.4), (0.4, 0.5)),
    ... )
    >>> print(text.text)  # doctest: +NORMALIZE_WHITESPACE
    text kept: log loss of held-out rows 0.38 with its 8 features, 0.45 without; lower with them in
    2 of 2 judgements.
    >>> print(Family(name="security", kept=False, why_not_raced="no column gives such features").text)
    security not there, not raced: no column gives such features.
    """

    name: str = Field(
        description="text, temporal, statistical or security; of those, raced for themselves: windows, which are "
        "temporal, and pairs, arithmetic, peers and crosses, which are statistical."
    )
    kept: bool = Field(description="Whether the race left it to the model.")
    n_made: int = Field(0, ge=0, description="Its features that the race saw.")
    n_features: int = Field(0, ge=0, description="Those that the model reads.")
    figure: str = Field("", description="What was measured on held-out rows: lower is better.")
    gains: tuple[float, ...] = Field(
        (),
        description="By which share the figure falls with the family beside all others, one a judgement: three "
        "folds, again with another seed until the race is decided. Below 0 it rises.",
    )
    losses: tuple[tuple[float, float], ...] = Field(
        (), description="The figure with it and without it, one pair a judgement."
    )
    why_not_raced: str = Field("", description="Empty where it was.")

    @property
    def mean_gain(self) -> float | None:
        """Return the mean of the gains, a share; None where the family was not raced."""
        return sum(self.gains) / len(self.gains) if self.gains else None

    @property
    def n_gaining(self) -> int:
        """Return in how many judgements held-out rows gained by it."""
        return sum(gain > 0 for gain in self.gains)

    @property
    def mean_losses(self) -> tuple[float, float] | None:
        """Return the mean of the figure with it and without it; None where that was not kept."""
        if not self.losses:
            return None
        with_it, without = zip(*self.losses, strict=True)
        return sum(with_it) / len(with_it), sum(without) / len(without)

    @property
    def outcome(self) -> str:
        """Return what became of it: ``kept``, ``dropped``, ``not there``, or what the limits left out."""
        if not self.n_made:
            return "not there"
        if self.kept and not self.n_features:
            return "beyond limits"
        return "kept" if self.kept else "dropped"

    @property
    def text(self) -> str:
        """Return a sentence."""
        if not self.gains:
            return f"{self.name} {self.fate}."
        own, judged = counted(self.n_made, "feature"), counted(len(self.gains), "judgement")
        of_all = f"{self.n_gaining} of {judged}"
        if self.mean_losses is None:
            return f"{self.name} {self.fate}: with its {own} {self.figure} is lower in {of_all}."
        with_it, without = self.mean_losses
        why = STAYS if self.kept and with_it > without and self.n_gaining < ENOUGH_TO_COME else ""
        return (
            f"{self.name} {self.fate}: {self.figure} of held-out rows {with_it:.4g} with its {own}, "
            f"{without:.4g} without; lower with them in {of_all}{why and f' ({why})'}."
        )

    @property
    def fate(self) -> str:
        """Return what became of it, and why it was not raced where it was not."""
        return self.outcome if self.gains else f"{self.outcome}, not raced: {self.why_not_raced}"


def kept_families(card: Mapping[str, Any]) -> tuple[Family, ...]:
    """Return what a model's card tells of families; nothing where its version did not tell."""
    return tuple(Family.model_validate(told) for told in card.get(FAMILIES, ()))


def family_lines(families: Sequence[Family]) -> list[str]:
    """Return a sentence for each family that was raced, and one for all others of the same fate.

    Examples
    --------
    >>> off = [Family(name=n, kept=False, why_not_raced="switched off") for n in ("text", "security")]
    >>> family_lines(off)
    ['text, security not there, not raced: switched off.']
    """
    alike: dict[str, list[str]] = {}
    for family in families:
        if not family.gains:
            alike.setdefault(family.fate, []).append(family.name)
    others = [f"{', '.join(names)} {fate}." for fate, names in alike.items()]
    return [*(family.text for family in families if family.gains), *others]


def family_rows(families: Sequence[Family]) -> list[tuple[str, ...]]:
    """Return a row of words a family: name, features in use, figure with and without, judgements, outcome."""
    return [
        (
            f.name,
            f"{f.n_features} of {f.n_made}" if f.n_made else "-",
            *(f"{loss:.4g}" for loss in f.mean_losses or ()),
            *(() if f.mean_losses else ("-", "-")),
            f"{f.n_gaining} of {len(f.gains)}" if f.gains else "-",
            f.fate,
        )
        for f in families
    ]
