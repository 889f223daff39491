"""DeepLog: an event is unusual that the events before it do not foretell.

An LSTM reads the last events of a row's user, host or session in their order and says what comes next: how
likely each code of the row's own event is, and what its columns will be. What it misses is the score.

Source: Du, Li, Zheng & Srikumar, "DeepLog: Anomaly Detection and Diagnosis from System Logs through Deep
Learning", CCS 2017, doi:10.1145/3133956.3134015.
"""

from __future__ import annotations

import importlib.util
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms._deep.lstm_net import Sizes, forward
from phantom_ml.algorithms._deep.sequence_columns import MAX_CHANNELS, MAX_CODES
from phantom_ml.algorithms.base import FitContext, Learner, Setting, algorithms, bounded
from phantom_ml.algorithms.detectors._columns import COLUMNS_FORM, Columns
from phantom_ml.algorithms.detectors._deep_log_net import Events, missed
from phantom_ml.algorithms.detectors._learner import (
    UNKNOWN,
    Detector,
    DetectorSettings,
    Seen,
    with_surprise_of,
)
from phantom_ml.algorithms.detectors._surprise import Surprise
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.parts.arrays import Form, load_arrays, require, save_arrays
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.device import DeviceName
from phantom_ml.parts.nets.operations import NUMPY
from phantom_ml.parts.nets.recurrence import last_state
from phantom_ml.parts.nets.weights import (
    Weights,
    arrays_of,
    epochs_of,
    require_shapes,
    weights_of,
)

Array = NDArray[np.float64]
CHANNELS = "history.sizes"


@dataclass
class DeepLogLearner(Detector):
    """A network that foretells rows.

    Attributes
    ----------
    events : Events
    sizes : Sizes
    weights : dict of name to float32 array
    """

    algorithm: ClassVar[str] = "DeepLog"
    events: Events
    sizes: Sizes
    weights: Weights

    def raw_of(self, matrix: Matrix) -> Array:
        """Return what the network misses of each row, in nats and spreads."""
        net = Net(self.weights, NUMPY, lambda x: x)
        outputs = forward(net, self.events.before(matrix), last_state)
        return missed(self.events, outputs, self.events.codes(matrix), self.columns.of(matrix))

    def check(self) -> None:
        """Raise BundleDamaged where the weights do not fit the events and columns."""
        expected = self.events.shapes(self.sizes, len(self.columns.source))
        require_shapes(dict(self.weights), expected)

    def save(self, folder: Path) -> None:
        """Write the columns, the surprise, the channels and the weights."""
        own = {CHANNELS: np.array(self.events.sizes, np.int64), **arrays_of(self.weights)}
        arrays = {**self.columns.arrays(), **self.surprise.arrays(), **own}
        save_arrays(folder, arrays, {"n_epochs": self.n_rounds, **asdict(self.sizes)})

    @classmethod
    def load(cls, folder: Path) -> DeepLogLearner:
        """Return the saved network; raises BundleDamaged."""
        form: Form = {**COLUMNS_FORM, **Surprise.FORM, CHANNELS: (np.int64, 1)}
        arrays, facts = load_arrays(folder, form)
        channels = arrays[CHANNELS]
        right = len(channels) <= MAX_CHANNELS and bool(
            ((channels >= 1) & (channels <= MAX_CODES)).all()
        )
        require(right, "the history has impossible channels")
        columns, surprise = Columns.of_arrays(arrays), Surprise.of_arrays(arrays)
        events = Events(tuple(int(n) for n in channels))
        found = cls(columns, surprise, events, Sizes.of_facts(facts), weights_of(arrays))
        found.check()
        found.n_rounds = epochs_of(facts)
        return found


@algorithms.add("DeepLog")
class DeepLog(DetectorSettings):
    """Foretells each event of a user, host or session from those before it; trained in torch, scores without it.

    Finds sequences in an odd order. Where a table has no time or no entity, it measures how far a row is from
    the mean of all.
    """

    name: ClassVar[str] = "DeepLog"
    learner: ClassVar[type[Learner]] = DeepLogLearner
    extra: ClassVar[str | None] = "deep"
    quick: ClassVar[dict[str, Setting]] = {"n_epochs": 3, "width": 16}
    can_stop: ClassVar[bool] = True
    reads_history: ClassVar[bool] = True

    width: int = bounded(64, 16, 256, log=True, description="Units of a layer's state.")
    n_layers: int = bounded(1, 1, 2, description="LSTM layers over the events.")
    learning_rate: float = bounded(0.01, 5e-4, 0.05, log=True, description="Largest step.")
    weight_decay: float = bounded(0.02, 1e-4, 0.5, log=True, description="Of a step's rate.")
    n_epochs: int = Field(10, ge=1, le=10_000, description="Passes over the rows, at most.")
    batch_size: int = Field(256, ge=8, le=65_536, description="Rows of a step, at most.")
    device: DeviceName = Field("auto", description="Where to train: a GPU where there is one.")

    @classmethod
    def available(cls) -> bool:
        """Return whether torch is installed."""
        return importlib.util.find_spec("torch") is not None

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> DeepLogLearner:
        """Return the network after as many passes as there is time for."""
        from phantom_ml.algorithms.detectors._deep_log_fit import Choices, fit_deep_log

        seen = Seen.of(train, context)
        events, sizes = Events.of(seen.matrix), Sizes(self.width, self.n_layers)
        choices = Choices(
            sizes,
            self.learning_rate,
            self.weight_decay,
            self.n_epochs,
            self.batch_size,
            self.device,
        )
        weights, n_epochs, is_cut_short = fit_deep_log(choices, events, seen, context)
        found = DeepLogLearner(seen.columns, UNKNOWN, events, sizes, weights)
        found.n_rounds, found.is_cut_short = n_epochs, is_cut_short
        with_surprise_of(found, seen.matrix)
        return found
