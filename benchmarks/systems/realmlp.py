"""RealMLP of pytabkit on prepared rows; run by its own interpreter: FILE SEED EPOCHS THREADS."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np


def main(file: Path, seed: int, n_epochs: int, n_threads: int) -> None:
    """Fit, predict the test rows and leave both beside the file."""
    import pandas as pd
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

    rows = np.load(file)
    sizes, n_classes = rows["sizes"], int(rows["n_classes"])

    def frame(part: str) -> pd.DataFrame:
        columns = {}
        for i, size in enumerate(sizes):
            values = rows[f"x{part}"][:, i]
            if size:
                codes = np.nan_to_num(values, nan=-1).astype(np.int64)
                columns[f"x{i}"] = pd.Categorical(codes.astype(str))
            else:
                columns[f"x{i}"] = np.nan_to_num(values, nan=_median(rows["x"][:, i]))
        return pd.DataFrame(columns)

    asked = {"n_epochs": n_epochs, "random_state": seed, "device": "cpu", "n_threads": n_threads}
    if n_classes:
        model = RealMLP_TD_Classifier(**asked, use_ls=False, val_metric_name="cross_entropy")
        kind = np.int64
    else:
        model, kind = RealMLP_TD_Regressor(**asked), np.float64
    started = time.monotonic()
    model.fit(frame(""), rows["y"].astype(kind), frame("_stop"), rows["y_stop"].astype(kind))
    seconds = time.monotonic() - started
    test = frame("_test")
    found = model.predict_proba(test) if n_classes else model.predict(test)[:, None]
    np.save(file.with_name("predicted.npy"), found[:, 1:] if n_classes == 2 else found)
    print(json.dumps({"seconds": seconds}))


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
