"""A detector of PyOD on prepared rows; run by an interpreter that has it: FILE NAME SEED ..."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

PYOD, ALONE = ("IForest", "HBOS", "COPOD", "ECOD"), "OneClassSVM"
#: Those that draw at random. Of the others only ALONE takes a seed, for its rows of a large set.
DRAWING = ("IForest",)
#: The kernel of all pairs of rows takes the square of the rows in time.
MAX_ROWS = 10_000
#: Code that is compiled at its first call is compiled before the clock starts.
N_WARM = 50


def main(file: Path, name: str, seeds: list[int]) -> None:
    """Leave the scores of the test rows, the higher the odder, and the processor's seconds beside the file."""
    rows = np.load(file)
    train, test = rows["train"], rows["test"]
    scored(name, 0, train[:N_WARM], test[:N_WARM])
    scores, seconds = [], []
    for seed in seeds:
        began = time.process_time()
        scores.append(scored(name, seed, train, test))
        seconds.append(time.process_time() - began)
    np.save(file.with_name("scores.npy"), np.stack(scores))
    file.with_name("seconds.json").write_text(json.dumps(seconds))


def scored(name: str, seed: int, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return the scores of the test rows, shape (n_test,)."""
    if name == ALONE:
        from sklearn.svm import OneClassSVM

        drawn = np.random.default_rng(seed).permutation(len(train))[:MAX_ROWS]
        return -OneClassSVM().fit(train[drawn]).decision_function(test)
    return made(name, seed).fit(train).decision_function(test)


def made(name: str, seed: int) -> Any:
    """Return a detector of PyOD at its defaults."""
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD
    from pyod.models.hbos import HBOS
    from pyod.models.iforest import IForest

    kinds = {"HBOS": HBOS, "COPOD": COPOD, "ECOD": ECOD}
    return IForest(random_state=seed) if name == "IForest" else kinds[name]()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [int(seed) for seed in sys.argv[3:]])
