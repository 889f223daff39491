import json

import pytest

from benchmarks.__main__ import main
from tests.forecasters.made import long_frame, seasonal_values


@pytest.fixture
def lines(tmp_path):
    """Measure two forecasters on two made series that lie where m3_monthly would."""
    folder = tmp_path / "m3_monthly"
    folder.mkdir()
    told = long_frame({name: seasonal_values(seed, n=78) for seed, name in enumerate("ab")})
    told = told.rename({"name": "series_id"})
    told.filter(told["step"] < 60).write_parquet(folder / "train.parquet")
    told.filter(told["step"] >= 60).write_parquet(folder / "test.parquet")
    out = tmp_path / "out.jsonl"
    chosen = [
        "--sets",
        "m3_monthly",
        "--forecasters",
        "SeasonalNaive,LagLightGBM",
        "--out",
        str(out),
    ]
    assert main(["forecast", "--data", str(tmp_path), *chosen]) == 0
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_each_forecaster_their_mean_and_the_blend_have_a_line(lines):
    names = ["SeasonalNaive", "LagLightGBM", "plain mean", "blend"]
    assert [ln["forecaster"] for ln in lines] == names


def test_every_figure_is_a_number(lines):
    assert all(0 <= ln[key] < 300 for ln in lines for key in ("smape", "mase", "owa", "seconds"))
