"""CatBoost: symmetric trees, ordered statistics of categories (Prokhorenkova et al., 2018)."""

from __future__ import annotations

import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms._boosting import SLOW_SHARE, Stopper, constant_loss, settled_loss
from phantom_ml.algorithms._values import checked_values
from phantom_ml.algorithms.base import (
    AlgorithmSettings,
    FitContext,
    Learner,
    Setting,
    algorithms,
    bounded,
)
from phantom_ml.algorithms.baseline import Baseline
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.errors import ExtraMissing
from phantom_ml.parts.arrays import damaged, load_arrays, require, save_arrays

if TYPE_CHECKING:
    from catboost import CatBoost as Model
    from catboost import Pool

FILE = "model.cbm"
#: The first bytes of every file of CatBoost's own format; the next four tell the length of the
#: core.
MAGIC = b"CBM1"
LOSSES = {
    ProblemKind.BINARY: "Logloss",
    ProblemKind.MULTICLASS: "MultiClass",
    ProblemKind.REGRESSION: "RMSE",
}
#: CatBoost's words where no column of the training rows has two values.
NOTHING_TO_SPLIT = "All features are either constant or ignored"
#: Seconds from one snapshot to the next: there is always one at the end.
NEVER = 1_000_000
#: A tree whose sample of rows is empty ends a fit: rows are sampled where that is rarer than this.
EMPTY_SAMPLE = 1e-6
#: No class is ruled out by rows that tell nothing.
LEAST_SHARE = 1e-6
ANSWERS = {
    ProblemKind.BINARY: "Probability",
    ProblemKind.MULTICLASS: "Probability",
    ProblemKind.REGRESSION: "RawFormulaVal",
}


@dataclass
class CatBoostLearner(Learner):
    """A model read back from its own file, so that fitted and loaded ones are the same.

    Attributes
    ----------
    kind : ProblemKind
    categorical : int64 array
        Positions of the categories.
    content : bytes
        The model in CatBoost's own format.
    unit : TargetUnit
        Of its values.
    """

    algorithm: ClassVar[str] = "CatBoost"
    kind: ProblemKind
    categorical: NDArray[np.int64]
    content: bytes
    unit: TargetUnit

    def __post_init__(self) -> None:
        from catboost import CatBoost as Model

        self._model: Model = Model().load_model(blob=self.content)
        self.n_rounds, self.version = int(self._model.tree_count_), self.unit.version
        self._n_features = len(self._model.feature_names_)
        many = self.kind is ProblemKind.MULTICLASS
        self._n_outputs = len(self._model.classes_) if many else 1

    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        if not matrix.n_rows:
            return np.empty((0, self._n_outputs))
        answer = self._model.predict(
            self._pool(matrix), prediction_type=ANSWERS[self.kind], thread_count=n_threads
        )
        found = np.asarray(answer, np.float64).reshape(matrix.n_rows, -1)
        return found[:, 1:] if self.kind is ProblemKind.BINARY else self.unit.told(found)

    def _pool(self, matrix: Matrix) -> Pool:
        return pool_of(checked_values(matrix, self._n_features), self.categorical)

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Return Shapley values, shape (n_rows, n_features + 1, n_outputs)."""
        if not matrix.n_rows:
            return np.empty((0, self._n_features + 1, self._n_outputs))
        found = self._model.get_feature_importance(self._pool(matrix), type="ShapValues")
        by_output = np.asarray(found, np.float64).reshape(matrix.n_rows, self._n_outputs, -1)
        return self.unit.told_parts(self._in_order(by_output).transpose(0, 2, 1))

    def importance(self) -> NDArray[np.float64]:
        """Return how much predictions change with each feature."""
        found = np.asarray(self._model.get_feature_importance(), np.float64)
        # They are shares of what the trees change, which is no number where those change nothing.
        return self._in_order(np.nan_to_num(found))

    def _in_order(self, found: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the last axis in the matrix's order; the pool holds numbers first."""
        numeric = np.setdiff1d(np.arange(self._n_features), self.categorical)
        back = np.argsort(np.concatenate([numeric, self.categorical]))
        rest = np.arange(self._n_features, found.shape[-1])
        return found[..., np.concatenate([back, rest])]

    @property
    def n_trees(self) -> int:
        """Return the number of trees; one tree answers for all classes."""
        return self.n_rounds or 0

    def save(self, folder: Path) -> None:
        """Write the model, which columns are categories, and the unit of values."""
        (folder / FILE).write_bytes(self.content)
        facts = {"kind": self.kind.value, **self.unit.facts()}
        save_arrays(folder, {"categorical": self.categorical}, facts)

    @classmethod
    def load(cls, folder: Path) -> CatBoostLearner:
        """Return the saved learner; raises BundleDamaged and ExtraMissing."""
        _require_library()
        arrays, facts = load_arrays(folder, {"categorical": (np.int64, 1)})
        require(facts.get("kind") in set(SUPERVISED), "the kind of problem is not known")
        try:
            content = (folder / FILE).read_bytes()
        except OSError as error:
            damaged(f"the model cannot be read ({error})")
        # The format cannot be looked into cheaply; the bundle's checksums stand before this.
        core = int.from_bytes(content[4:8], "little")
        right = content[:4] == MAGIC and len(content) > 8 and 0 < core <= len(content) - 8
        require(right, "the model is not whole")
        unit = TargetUnit.of_facts(facts)
        return _opened(ProblemKind(facts["kind"]), arrays["categorical"], content, unit)


def _opened(
    kind: ProblemKind, categorical: NDArray[np.int64], content: bytes, unit: TargetUnit
) -> CatBoostLearner:
    from catboost import CatBoostError

    try:
        learner = CatBoostLearner(kind, categorical, content, unit)
    except CatBoostError as error:
        damaged(f"CatBoost refuses the model ({str(error)[:80]})")
    return learner


@algorithms.add("CatBoost")
class CatBoost(AlgorithmSettings):
    """Boosted symmetric trees that replace categories by ordered statistics of the target.

    Strong on categories of many levels, slower to fit than the other boosters, quick to predict.
    The defaults are the tuned ones of pytabkit (CatBoost-TD, classification).
    """

    name: ClassVar[str] = "CatBoost"
    extra: ClassVar[str | None] = "catboost"
    learner: ClassVar[type[Learner]] = CatBoostLearner
    quick: ClassVar[dict[str, Setting]] = {"max_rounds": 10, "depth": 3}
    can_stop: ClassVar[bool] = True
    grows: ClassVar[str | None] = "max_rounds"

    learning_rate: float = bounded(0.08, 0.005, 0.3, log=True, description="Step of a round.")
    depth: int = bounded(7, 2, 9, description="Levels of every tree.")
    l2_leaf_reg: float = bounded(1e-5, 1e-5, 100.0, log=True, description="L2 penalty of leaves.")
    subsample: float = bounded(0.9, 0.4, 1.0, description="Share of rows that a tree sees.")
    random_strength: float = bounded(0.8, 0.0, 4.0, description="Noise in the choice of splits.")
    one_hot_max_size: int = bounded(
        15, 2, 100, log=True, description="Categories of so few levels are split one level off."
    )
    leaf_estimation_iterations: int = bounded(
        1, 1, 20, log=True, description="Newton steps of a leaf's value."
    )
    max_rounds: int = Field(10_000, ge=1, le=100_000, description="Rounds, at most.")

    @classmethod
    def available(cls) -> bool:
        """Return whether catboost is installed."""
        return importlib.util.find_spec("catboost") is not None

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> CatBoostLearner:
        """Return the model of the best round on ``valid`` that ended before the deadline.

        Where the training rows have nothing to split by, it is one answer for all rows.
        """
        _require_library()
        unit = TargetUnit.of(train, context.kind)
        judges = unit.shown(valid) if valid is not None and context.n_rounds is None else None
        stopper = Stopper(
            context,
            len(train.target),
            self.max_rounds,
            has_valid=judges is not None,
            settled=settled_loss(judges, context),
            # After each round it tells all losses so far, so that every round takes longer than the last.
            slow=SLOW_SHARE * constant_loss(judges, context),
        )
        growing = _Growing(self, unit.shown(train), judges, stopper, context, unit)
        learner = growing.run() or self._constant(growing)
        learner.waited, learner.is_cut_short = stopper.waited, stopper.is_cut_short
        return learner

    def _constant(self, growing: _Growing) -> CatBoostLearner:
        """Return what answers every row with the shares of the classes, or with the mean."""
        train, context = growing.train, growing.context
        # One row a class, and two that differ: CatBoost makes no model of rows that do not.
        target = np.arange(max(2, context.n_classes))
        model = self.model(1, len(target), context)
        values = np.zeros((len(target), train.matrix.values.shape[1]), np.float32)
        values[1] = 1.0
        categorical = np.array(train.matrix.categorical, np.int64)
        model.fit(
            pool_of(values, categorical, target),
            log_cout=io.StringIO(),
            log_cerr=io.StringIO(),
        )
        model.set_leaf_values(np.zeros_like(model.get_leaf_values()))
        model.set_scale_and_bias(1.0, _raw_answer(train, context))
        return growing.learner(model)

    def model(self, n_rounds: int, n_rows: int, context: FitContext) -> Model:
        """Return CatBoost's model before its fit to so many rows, of at most so many rounds."""
        from catboost import CatBoost as Model

        params: dict[str, Any] = self.model_dump(exclude={"max_rounds", "subsample"})
        params |= self._sampling(n_rounds, n_rows)
        params |= {
            "iterations": n_rounds,
            "loss_function": LOSSES[context.kind],
            # Nobody asks for the loss on the training rows.
            "eval_metric": f"{LOSSES[context.kind]}:hints=skip_train~true",
            "boosting_type": "Plain",
            "random_seed": context.seed,
            "thread_count": context.n_threads,
            "allow_writing_files": False,
            "logging_level": "Silent",
            "use_best_model": False,
            "allow_const_label": True,
        }
        if context.kind.is_classification:
            # All of them, whichever of them these rows hold.
            params["class_names"] = list(range(context.n_classes))
        return Model(params)

    def _sampling(self, n_rounds: int, n_rows: int) -> dict[str, Any]:
        """Return how each tree draws its rows; of few rows, of which one tree might draw none, all see all."""
        if n_rounds * (1.0 - self.subsample) ** n_rows > EMPTY_SAMPLE:
            return {"bootstrap_type": "No"}
        return {"bootstrap_type": "Bernoulli", "subsample": self.subsample}


def _raw_answer(train: Samples, context: FitContext) -> float | list[float]:
    """Return the mean, the log-odds of the positive class, or the logarithm of each class's share."""
    answer = Baseline().fit(train, None, context).answer
    if context.kind is ProblemKind.REGRESSION:
        return float(answer[0])
    shares = np.clip(answer, LEAST_SHARE, 1.0 - LEAST_SHARE)
    if context.kind is ProblemKind.MULTICLASS:
        return [float(value) for value in np.log(shares)]
    return float(np.log(shares[0]) - np.log1p(-shares[0]))


@dataclass
class _Growing:
    """One fit: rounds up to a look, that look, and the rounds after it, until the stopper says no."""

    settings: CatBoost
    train: Samples
    valid: Samples | None
    stopper: Stopper
    context: FitContext
    unit: TargetUnit
    goes_on: bool = True
    until: int = 0

    def run(self) -> CatBoostLearner | None:
        """Return the learner of the best round, or None where nothing can be split."""
        if self.context.looks.next is None:
            return self._until(self.stopper.limit, {})
        with TemporaryDirectory(prefix="phantom-catboost-") as folder:
            # It reads this file where it finds it, and goes on from there to the same trees.
            kept = {"save_snapshot": True, "snapshot_file": "state", "train_dir": folder}
            return self._shown({**kept, "allow_writing_files": True, "snapshot_interval": NEVER})

    def _shown(self, kept: dict[str, Any]) -> CatBoostLearner | None:
        """Make rounds up to the next look, show what there is, and go on."""
        done, limit = self.stopper.rounds, self.stopper.limit
        learner = self._until(done + self.context.looks.up_to(done, limit - done), kept)
        if learner is None or not self.goes_on:
            return learner
        found: CatBoostLearner = learner
        self.context.looks.reached(self.stopper.rounds, lambda: found)
        return self._shown(kept)

    def _until(self, n_rounds: int, kept: dict[str, Any]) -> CatBoostLearner | None:
        """Make rounds until there are so many, or the stopper says no."""
        from catboost import CatBoostError

        categorical = np.array(self.train.matrix.categorical, np.int64)
        model = self.settings.model(self.stopper.limit, len(self.train.target), self.context)
        # Another number of iterations would be another fit: it sets more than their number by it.
        model.set_params(**kept)
        self.until = n_rounds
        try:
            model.fit(
                _samples(self.train, categorical),
                eval_set=None if self.valid is None else _samples(self.valid, categorical),
                callbacks=[self],
                # What it warns of (classes that these rows lack) is provided for here.
                log_cout=io.StringIO(),
                log_cerr=io.StringIO(),
            )
        except CatBoostError as error:
            if NOTHING_TO_SPLIT in str(error):
                return None
            raise
        # A numeric column without any value is no reason for it to refuse, but none to split either.
        return self.learner(model) if max(model.get_tree_leaf_counts()) > 1 else None

    def after_iteration(self, info: Any) -> bool:
        """Say whether another round is to follow; CatBoost asks after each."""
        told = info.metrics.get("validation")
        loss = told[LOSSES[self.context.kind]][-1] if told else None
        self.goes_on = self.stopper.goes_on(loss)
        return self.goes_on and self.stopper.rounds < self.until

    def learner(self, model: Model) -> CatBoostLearner:
        """Return the learner of the best round so far."""
        if model.tree_count_ > max(1, self.stopper.best_round):
            model.shrink(ntree_end=self.stopper.best_round)
        categorical = np.array(self.train.matrix.categorical, np.int64)
        content = model._serialize_model()
        return CatBoostLearner(self.context.kind, categorical, content, self.unit)


def _samples(samples: Samples, categorical: NDArray[np.int64]) -> Pool:
    return pool_of(samples.matrix.values, categorical, samples.target, samples.weight)


def pool_of(
    values: NDArray[np.float32],
    categorical: NDArray[np.int64],
    target: NDArray[Any] | None = None,
    weight: NDArray[np.float64] | None = None,
) -> Pool:
    """Return CatBoost's table: numbers, then categories as the text of their codes, -1 missing."""
    from catboost import FeaturesData, Pool

    numeric = np.setdiff1d(np.arange(values.shape[1]), categorical)
    numbers = np.ascontiguousarray(values[:, numeric]) if len(numeric) else None
    words = None
    if len(categorical):
        codes = np.nan_to_num(values[:, categorical], nan=-1.0).astype(np.int64)
        written = np.array([str(code).encode() for code in range(-1, int(codes.max()) + 1)], object)
        words = written[codes + 1]
    return Pool(FeaturesData(numbers, words), label=target, weight=weight)


def _require_library() -> None:
    if not CatBoost.available():
        raise ExtraMissing("CatBoost", "catboost")
