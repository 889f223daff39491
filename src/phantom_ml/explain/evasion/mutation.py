"""What a mutation is: a change of an attack's text that leaves what the text does as it was.

Feasibility in the problem space after Pierazzi et al., "Intriguing Properties of Adversarial ML Attacks in
the Problem Space", IEEE S&P 2020: a change counts only where the attack still works. Each mutation names
the rule of the language (a URL's, a shell's, SQL's) by which it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.registry import Registry

#: Longer cells are left as they are: a change multiplies bytes, and few features look so far.
MAX_BYTES = 16_384


@dataclass(frozen=True)
class Chance:
    """What a change may draw from.

    Attributes
    ----------
    rng : Generator
    benign : Series of strings
        Texts of benign rows of the same column, without nulls; may be empty.
    """

    rng: np.random.Generator
    benign: pl.Series

    def some(self, able: NDArray[np.bool_], share: float) -> NDArray[np.int64]:
        """Return the places that are able, each drawn with a chance of ``share``."""
        places = np.flatnonzero(able)
        return places[self.rng.random(len(places)) < share]

    def drawn(self, texts: pl.Series, n: int) -> pl.Series:
        """Return ``n`` of some texts, with repetition; nulls where there are none."""
        if len(texts) == 0:
            return pl.Series(texts.name, [None] * n, pl.String)
        return texts.gather(self.rng.integers(0, len(texts), n))


Rewrite = Callable[[pl.Series, Chance], pl.Series]


@dataclass(frozen=True)
class Mutation:
    """One way to write an attack otherwise.

    Attributes
    ----------
    name : str
    kinds : frozenset of ColumnKind
        Of the columns that it changes.
    does : str
        What it changes, in words.
    works_because : str
        Why the attack still works, and the source of that.
    rewrite : callable of (Series, Chance) -> Series
        Gets strings without nulls; what it cannot apply to comes back as it was, or as null.
    technique : str or None
        Id in MITRE ATT&CK.
    """

    name: str
    kinds: frozenset[ColumnKind]
    does: str
    works_because: str
    rewrite: Rewrite
    technique: str | None = None

    def change(self, text: pl.Series, seed: int = 0, benign: pl.Series | None = None) -> pl.Series:
        """Return strings after the change, row for row.

        Parameters
        ----------
        text : Series of strings
            Null stays null; what the mutation cannot apply to stays as it is.
        seed : int
            The same text, seed and benign texts give the same strings.
        benign : Series of strings, optional
            Texts that harmless rows hold in this column.

        Examples
        --------
        >>> changed = mutations.get("root_dot").change(pl.Series(["http://a.example.com/x", None]))
        >>> changed.to_list()
        ['http://a.example.com./x', None]
        """
        rows = (text.str.len_bytes().is_between(1, MAX_BYTES)).fill_null(value=False).arg_true()
        if len(rows) == 0:
            return text
        donors = pl.Series(dtype=pl.String) if benign is None else benign.drop_nulls()
        before = text.gather(rows)
        after = self.rewrite(before, Chance(np.random.default_rng(seed), donors))
        # Polars writes into a series that it is asked to scatter into.
        return text.clone().scatter(rows, after.zip_with(after.is_not_null(), before))


mutations: Registry[Mutation] = Registry("mutation", "phantom_ml.explain.evasion.ways")


def file(mutation: Mutation) -> Mutation:
    """File a mutation under its name."""
    return mutations.add(mutation.name)(mutation)
