"""An encoder after judgement: interactions added, families that gain nothing taken away, budgets kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from phantom_ml.config import FeatureSettings
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import fit_fold
from phantom_ml.features.selection.afford import affordable
from phantom_ml.features.selection.interactions import REPEATS, choose_interactions
from phantom_ml.features.selection.tiers import NEW, STANDING, Rule, Tier, race_tiers, tiers_of
from phantom_ml.features.selection.training import Training
from phantom_ml.features.selection.trees import drawn
from phantom_ml.process.deadline import Deadline

#: Cells that trees are fitted on in a race, and the rows that this comes to, at least and at most.
CELLS, ROWS = 800_000, (4_000, 16_000)
#: Rows with all their features, and the question about them.
Scored = tuple[Samples, Question]


def judged_encoder(
    encoder: Encoder, training: Training, settings: FeatureSettings, until: Deadline, seed: int
) -> Judged:
    """Return the encoder with what held-out rows gain by, the training rows' matrix of it, and the race.

    Parameters
    ----------
    encoder : Encoder
        Fitted on the training rows.
    training : Training
    settings : FeatureSettings
    until : Deadline
        Families not judged by then stay, and nothing new comes.
    seed : int
    """
    state = _State(encoder, training, _scored(training, seed), seed)
    state = state.raced(tiers_of(encoder), STANDING, until)
    if settings.statistical and not until.passed:
        known = {f.name for f in state.encoder.features}
        state = state.with_interactions()
        tiers = tiers_of(state.encoder)
        added = {t: names for t, names in tiers.items() if not known & {*names}}
        state = state.raced(added, NEW, until)
    all_names = [f.name for f in state.encoder.features]
    state = state.narrowed(affordable(state.encoder, state.training, settings, all_names, seed))
    return Judged(state.encoder, state.training.matrix, state.tiers)


@dataclass(frozen=True)
class Judged:
    """What a judgement came to.

    Attributes
    ----------
    encoder : Encoder
    matrix : Matrix
        Of the training rows.
    tiers : tuple of Tier
        Every family that stood in the race, in its order.
    """

    encoder: Encoder
    matrix: Matrix
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class _State:
    """The encoder as it is by now, all training rows, those that judge, and how families fared."""

    encoder: Encoder
    training: Training
    scored: Scored
    seed: int
    tiers: tuple[Tier, ...] = ()

    def raced(self, tiers: Mapping[str, tuple[str, ...]], rule: Rule, until: Deadline) -> _State:
        """Return the state without the families that the rule does not keep."""
        samples, question = self.scored
        raced = race_tiers(samples, tiers, question, self.seed, rule, lambda: until.passed)
        dropped = {name for tier in raced if not tier.kept for name in tier.features}
        few = self.narrowed([f.name for f in self.encoder.features if f.name not in dropped])
        return replace(few, tiers=(*self.tiers, *raced))

    def narrowed(self, names: Collection[str]) -> _State:
        """Return the state without the features that are not named, as far as their makers can."""
        kept = self.encoder.keeping(names)
        gone = {f.name for f in self.encoder.features} - {f.name for f in kept.features}
        samples, question = self.scored
        left = [i for i, f in enumerate(samples.matrix.features) if f.name not in gone]
        few = replace(samples, matrix=samples.matrix.columns(left))
        places = {f.name: i for i, f in enumerate(self.training.matrix.features)}
        matrix = self.training.matrix.columns([places[f.name] for f in kept.features])
        return replace(
            self, encoder=kept, training=self.training.with_matrix(matrix), scored=(few, question)
        )

    def with_interactions(self) -> _State:
        """Return the state with pairs of columns that gain more than chance."""
        encoder, training = with_interactions(self.encoder, self.training, self.seed)
        return replace(
            self, encoder=encoder, training=training, scored=_scored(training, self.seed)
        )


def _scored(training: Training, seed: int) -> Scored:
    """Return some rows with what is fitted on the target beside them, out of fold."""
    width = len(training.matrix.features) * len(training.question.outputs)
    n_rows = int(np.clip(CELLS // max(1, width), *ROWS))
    part, question = drawn(training.samples, training.question, n_rows, seed)
    rows = np.arange(part.matrix.n_rows, dtype=np.int64)
    fitted, values = fit_fold(part, rows, question, seed)
    return replace(part, matrix=part.matrix.beside(values, fitted.features)), question


def with_interactions(encoder: Encoder, training: Training, seed: int) -> tuple[Encoder, Training]:
    """Return the encoder and the rows with pairs of columns that gain more than chance."""
    found = choose_interactions(training, seed, REPEATS)
    if not found:
        return encoder, training
    wider = replace(encoder, tables=(*encoder.tables, *found))
    values = np.empty((training.frame.height, sum(len(t.features) for t in found)), np.float32)
    at = 0
    for table in found:
        out = values[:, at : at + len(table.features)]
        table.training(training.frame, training.question.before, out)
        at += out.shape[1]
    matrix, n_still = training.matrix, len(encoder.still)
    joined = [matrix.values[:, :n_still], values, matrix.values[:, n_still:]]
    together = np.concatenate(joined, axis=1)
    return wider, training.with_matrix(replace(matrix, values=together, features=wider.features))
