"""Data folders of a few hundred rows."""

import json
from pathlib import Path

import numpy as np
import polars as pl


def made(folder: Path, **more: object) -> Path:
    """Write a data folder with two classes, a label column beside the target and an id."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for part, n_rows in (("train", 400), ("test", 200)):
        x = rng.normal(size=(n_rows, 3))
        bad = x[:, 0] + 0.5 * rng.normal(size=n_rows) > 0.5
        pl.DataFrame(
            {
                "id": np.arange(n_rows),
                **{f"x{i}": x[:, i] for i in range(3)},
                "label": np.where(bad, "attack", "normal"),
                "difficulty": bad.astype(int),
            }
        ).write_parquet(folder / f"{part}.parquet")
    meta = {
        "task": "binary",
        "target": "label",
        "label_columns": ["label", "difficulty"],
        "id_columns_to_ignore": ["id"],
        "time_column": None,
        "positive_class": "attack",
    }
    (folder / "meta.json").write_text(json.dumps(meta | more))
    return folder
