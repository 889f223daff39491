"""Families of features: which a training kept and which it dropped, and by which figure on the same folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.wording import counted

#: What a model's card calls them.
FAMILIES = "families"


class Family(Settings):
    """One family of features, and what its race came to.

    Examples
    --------
    >>> text = Family(
    ...     name="text", kept=True, n_made=80, n_features=80, figure="log loss", gains=(0.1, 0.3, 0.2)
    ... )
    >>> print(text.text)  # doctest: +ELLIPSIS
    text kept: with its 80 features the log loss of held-out rows falls by 20.0 % on average; ...
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
        gain = self.mean_gain
        if gain is None:
            return f"{self.name} {self.fate}."
        moves = "falls" if gain > 0 else "rises"
        own, judged = counted(self.n_made, "feature"), counted(len(self.gains), "judgement")
        return (
            f"{self.name} {self.fate}: with its {own} the {self.figure} of held-out rows {moves} by "
            f"{100 * abs(gain):.1f} % on average; it falls in {self.n_gaining} of {judged}."
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
    """Return a row of words a family: name, features in use, gain, judgements that gain, what became of it."""
    return [
        (
            f.name,
            f"{f.n_features} of {f.n_made}" if f.n_made else "-",
            "-" if f.mean_gain is None else f"{100 * f.mean_gain:.1f} %",
            f"{f.n_gaining} of {len(f.gains)}" if f.gains else "-",
            f.fate,
        )
        for f in families
    ]
