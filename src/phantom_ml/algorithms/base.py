"""What an algorithm promises: it is its settings, and it makes a learner that predicts and saves.

An algorithm is one file with one class of bounded settings, derived from AlgorithmSettings and
filed by ``@algorithms.add(name)``. Bounds are at once validation, search space, documentation and a
form. Everything here knows matrices only; files, folds and budgets of a whole run are decided
above.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.looks import Looks
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.config.bounds import Bound, BoundedSettings, Setting, bounded, choice
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.saved import require_version
from phantom_ml.process.deadline import Deadline
from phantom_ml.registry import Registry

__all__ = [
    "ALL_KINDS",
    "AlgorithmSettings",
    "Bound",
    "FitContext",
    "Learner",
    "Setting",
    "algorithms",
    "bounded",
    "choice",
    "load_learner",
    "save_learner",
]

ALL_KINDS = frozenset(SUPERVISED)
#: What tells of a learner which algorithm reads it.
LEARNER_FILE = "learner.json"


@dataclass(frozen=True)
class FitContext:
    """All that a fit needs to know beside its rows.

    Attributes
    ----------
    kind : ProblemKind
    n_classes : int
        2 or more for classes, 0 for regression.
    seed : int
    n_threads : int
        Never more threads than this.
    deadline : Deadline
        A learner that grows stops here and keeps what it has; others are ended from outside.
    n_rounds : int or None
        Exactly so many rounds (a refit on all rows); None: early stopping by the validation rows.
    looks : Looks
        A learner that grows (``AlgorithmSettings.grows``) shows itself at these rounds, and goes on.
    """

    kind: ProblemKind
    n_classes: int = 2
    seed: int = 0
    n_threads: int = 1
    deadline: Deadline = field(default_factory=Deadline.never)
    n_rounds: int | None = None
    looks: Looks[Learner] = field(default_factory=Looks.none)

    @property
    def n_outputs(self) -> int:
        """Return the columns of a prediction: k for k > 2 classes, else 1."""
        return self.n_classes if self.kind is ProblemKind.MULTICLASS else 1


class Learner(ABC):
    """What came of a fit: it predicts, tells what it looked at, and saves itself without pickle."""

    algorithm: ClassVar[str]

    #: What contributions to a class add up in: log-odds, or the probability as it is.
    contribution_scale: ClassVar[Literal["log-odds", "probability"]] = "log-odds"

    #: Of what ``save`` writes: 2 where values are told in a unit of their own, which version 1 knows nothing of.
    version: int = 1

    #: Rounds or trees that were kept (early stopping included); None for what does not grow.
    n_rounds: int | None = None

    #: Share of the rounds of its fit that came after those, in vain; 0 after it was loaded.
    waited: float = 0.0

    #: About the seconds that the fit needed, where the time was over before it had learned anything; else 0.
    needed_seconds: float = 0.0

    #: Whether the fit came to nothing better than one answer for all rows, and that is the learner; False after it
    #: was loaded.
    is_one_answer: bool = False

    #: Whether the time ended the fit: before it converged, had its trees or rounds, or went through its schedule
    #: (one that was shortened to fit the time is gone through). ``n_rounds`` may tell how far it came; False after
    #: it was loaded.
    is_cut_short: bool = False

    @abstractmethod
    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return predictions of shape (n_rows, n_outputs).

        Binary: one column, the probability of class 1. Multiclass: one column a class, rows sum to
        1. Regression: one column, in the target's unit.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the learner's own parts into an existing, empty folder; never a pickle."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Learner:
        """Return the learner that ``save`` wrote; raises BundleDamaged."""

    def importance(self) -> NDArray[np.float64] | None:
        """Return the learner's own importance, shape (n_features,), at least 0, or None."""
        return None

    def contributions(self, matrix: Matrix) -> NDArray[np.float64] | None:
        """Return exact per-feature contributions, shape (n_rows, n_features + 1, n_outputs).

        The last place is the base value. Their sum is the raw prediction: the value, or for classes
        the log-odds (of many, up to a number that all share), or the probability where
        ``contribution_scale`` says so. A learner that reads ``Matrix.text`` puts the part of the
        text into one place more, before the base. None for a learner that has no exact ones.
        """
        return None

    @property
    def n_trees(self) -> int:
        """Return how many trees one prediction walks, 0 for what has none."""
        return 0


class AlgorithmSettings(BoundedSettings, ABC):
    """The settings of one algorithm; the class is the family, an instance one choice.

    Class attributes
    ----------------
    name : the registered name.
    kinds : the problems that it solves.
    extra : the optional part it needs, or None.
    quick : small settings for checks.
    known_failures : name of a conformance check -> why it cannot hold (strict: it must then fail).
    max_rows : more rows than this are sampled by the algorithm itself; None for no limit.
    reads_text : whether it learns from ``Matrix.text`` directly.
    reads_strings, reads_history, reads_entity : whether it learns from ``Matrix.strings``,
        ``Matrix.history`` or ``Matrix.entity``, which are made where one does.
    reads_known : whether known anomalies are among the rows that a detector is fitted on.
    can_stop : whether it checks its deadline inside a fit and keeps what it has; its learner then
        tells by ``is_cut_short`` that it did.
    grows : the setting that counts what a fit adds one after the other (rounds, trees, epochs), at which it
        shows itself to ``FitContext.looks``; None where there is none.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[ProblemKind]] = ALL_KINDS
    extra: ClassVar[str | None] = None
    quick: ClassVar[Mapping[str, Setting]] = {}
    known_failures: ClassVar[Mapping[str, str]] = {}
    reads_text: ClassVar[bool] = False
    reads_strings: ClassVar[bool] = False
    reads_history: ClassVar[bool] = False
    reads_entity: ClassVar[bool] = False
    reads_known: ClassVar[bool] = False
    can_stop: ClassVar[bool] = False
    grows: ClassVar[str | None] = None
    learner: ClassVar[type[Learner]]

    @abstractmethod
    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> Learner:
        """Return a learner fitted on ``train``; ``valid`` only decides when to stop.

        Raises
        ------
        ExtraMissing
            The library is not installed.
        """

    def explains(self, n_outputs: int) -> bool:
        """Return whether a fit of these settings to so many outputs has exact contributions."""
        return self.learner.contributions is not Learner.contributions


#: The newest version of a learner's state that is read, and so is all that is older.
NEWEST_VERSION = 2

algorithms: Registry[type[AlgorithmSettings]] = Registry("algorithm", "phantom_ml.algorithms")


def save_learner(learner: Learner, folder: Path) -> None:
    """Write a learner into ``folder`` (made if absent), its algorithm and the version of its state beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    learner.save(folder)
    told: dict[str, str | int] = {"algorithm": learner.algorithm}
    if learner.version > 1:
        told["version"] = learner.version
    (folder / LEARNER_FILE).write_text(json.dumps(told))


def load_learner(folder: Path) -> Learner:
    """Return the learner in ``folder``; raises BundleDamaged, BundleVersion or UnknownName."""
    try:
        told = json.loads((folder / LEARNER_FILE).read_text())
        name, version = told["algorithm"], told.get("version", 1)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleDamaged(
            f"The learner in {folder.name!r} has no readable learner.json ({error}).",
            "Export the model again, or use an earlier one.",
        ) from None
    # True equals 1, but no program has written it.
    if type(version) is not int or not 1 <= version <= NEWEST_VERSION:
        require_version(version, NEWEST_VERSION, f"learners of {str(name)[:40]}")
    return algorithms.get(name).learner.load(folder)
