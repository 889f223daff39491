"""AutoGluon's TimeSeriesPredictor, run in the peer's environment with a file of what is asked for.

Chronos is left out: it is a model of downloaded weights, and the machine of the comparison has no network.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

#: Models whose weights are downloaded.
PRETRAINED = ["Chronos", "Chronos2", "Toto", "Toto2"]


def main(order: dict[str, Any]) -> None:
    """Fit on the rows of ``order["train"]`` and leave the forecast in ``order["forecast"]``.

    The rows are of the columns item_id, timestamp and target; the forecast has the first two, ``mean`` and
    a column a quantile.
    """
    import pandas as pd
    from autogluon.timeseries import TimeSeriesDataFrame, TimeSeriesPredictor

    rows = TimeSeriesDataFrame.from_data_frame(pd.read_parquet(order["train"]))
    predictor = TimeSeriesPredictor(
        prediction_length=order["horizon"],
        freq=order["frequency"],
        eval_metric="MASE",
        eval_metric_seasonal_period=order["season"],
        quantile_levels=order["levels"],
        path=str(Path(order["forecast"]).parent / "models"),
        verbosity=2,
    )
    predictor.fit(
        rows,
        presets=order["preset"],
        time_limit=order["seconds"],
        excluded_model_types=PRETRAINED,
        random_seed=0,
    )
    told = predictor.predict(rows).reset_index()
    told.columns = [str(name) for name in told.columns]
    told.to_parquet(order["forecast"])
    board = predictor.leaderboard()
    print(board[["model", "score_val", "fit_time_marginal"]].to_string(), flush=True)
    Path(order["report"]).write_text(json.dumps({"members": str(predictor.model_best)}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
