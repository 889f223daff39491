"""The LSTM and the transformer: one formula in two libraries, what they learn, what they do without time."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BundleDamaged
from phantom_ml.forecasters._lags.features import Past
from phantom_ml.forecasters._networks.forward import forward, summary_of, torch_summary_of
from phantom_ml.forecasters._networks.windows import (
    Scaling,
    WindowPlan,
    Windows,
    answers_at,
    asked_at,
    flagged,
)
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.bundle import load_forecaster, save_forecaster
from phantom_ml.forecasters.lstm import LSTM
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.from_frame import series_of
from phantom_ml.forecasters.transformer import Transformer
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.parts.nets import fitting
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.operations import NUMPY, of_torch
from phantom_ml.parts.nets.training import train
from phantom_ml.process.deadline import Deadline
from tests.forecasters.made import seasonal_values, series_set

torch = pytest.importorskip("torch", reason="the extra 'deep' is not installed")
HORIZON, FAMILIES = 7, (LSTM, Transformer)
both = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def fitted(family, series, horizon=HORIZON, **context):
    return family(**family.quick).fit(series, ForecastContext(horizon, **context))


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda family: family.name)
def one(request):
    return fitted(request.param, series_set())


def driven(n=150):
    """Return a series that a column beside it tells, what comes, and the column's future."""
    switch = np.random.default_rng(0).integers(0, 2, n + 10)
    values = 3.0 + 5.0 * switch + 0.01 * np.random.default_rng(1).normal(size=n + 10)
    frame = pl.DataFrame({"t": np.arange(n), "y": values[:n], "switch": switch[:n]})
    series = series_of(frame, SeriesColumns("t", "y", known_ahead=("switch",)), season=1)
    return series, values[None, n:], switch[None, n:, None].astype(float)


@both
def test_what_is_known_ahead_is_made_use_of(family):
    series, truth, future = driven()
    model = family(n_epochs=8, width=16, learning_rate=0.01).fit(series, ForecastContext(10))
    told, untold = (np.abs(model.predict(10, f).mean - truth).mean() for f in (future, None))
    assert told < 0.5 * untold
    assert model.looks_at()["switch"] > 0.3


def test_a_series_alone_is_all_that_is_looked_at(one):
    assert one.looks_at() == {"value": 1.0}


def test_numpy_and_torch_say_the_same(one):
    model, past = one.model, Past.of(flagged(one.history), one.model.plan.lags)
    asked = asked_at(past, model.plan, np.array([0, 1]), past.series.bounds[1:] - 9)
    windows = model.scaling.windows(asked)
    here = forward(Net(model.weights, NUMPY, lambda x: x), windows, summary_of(model.sizes))
    weights = {name: torch.from_numpy(w) for name, w in model.weights.items()}
    net, tensors = (
        Net(weights, of_torch(), lambda x: x),
        Windows(*map(torch.from_numpy, windows)),
    )
    there = forward(net, tensors, torch_summary_of(model.sizes))
    np.testing.assert_allclose(here, there.numpy(), atol=1e-4)


def test_what_comes_after_a_window_is_no_part_of_it():
    series = flagged(series_set())
    plan = WindowPlan.of(series, HORIZON, 16)
    places = np.array([0, 1]), series.bounds[:-1] + 30
    later = series.values.copy()
    past = Past.of(series, plan.lags)
    later[31:63] += 100.0
    changed = Past(series, later, np.concatenate([[0], np.cumsum(later)]), past.scale, past.traits)
    told = [asked_at(p, plan, *places) for p in (past, changed)]
    ours, others = (Scaling.of(told[0]).windows(asked) for asked in told)
    assert all(np.array_equal(a, b) for a, b in zip(ours, others, strict=True))


def test_answers_turn_back_into_the_values_that_came():
    series = flagged(series_set())
    plan = WindowPlan.of(series, HORIZON, 16)
    places = np.array([0, 1]), series.bounds[1:] - 1 - HORIZON
    past = Past.of(series, plan.lags)
    asked = asked_at(past, plan, *places)
    values = asked.base + asked.scale[:, None] * answers_at(past, asked, *places)
    truth = series.values.reshape(2, -1)[:, -HORIZON:]
    np.testing.assert_allclose(values, truth, rtol=1e-5)


def test_a_step_that_has_not_come_has_no_answer():
    series = flagged(series_set())
    plan = WindowPlan.of(series, HORIZON, 16)
    places = np.array([0]), series.bounds[1:2] - 3
    past = Past.of(series, plan.lags)
    answers = answers_at(past, asked_at(past, plan, *places), *places)
    assert np.isnan(answers[0]).tolist() == [False] * 2 + [True] * 5


def test_bands_are_no_narrower_beyond_the_fitted_horizon(one):
    forecast = one.predict(3 * HORIZON)
    width = forecast.quantiles[:, :, 2] - forecast.quantiles[:, :, 0]
    assert (width[:, HORIZON:] >= width[:, HORIZON - 1 : HORIZON] - 1e-9).all()


@both
def test_values_without_a_trend_are_not_forecast_far_outside_of_what_came(family):
    random = np.random.default_rng(2)
    values = 10.0 + 20.0 * random.integers(0, 2, 300) + 0.1 * random.normal(size=300)
    mean = family().fit(series_set({"a": values}, season=1), ForecastContext(6)).predict(100).mean
    assert (np.abs(mean - 20.0) < 12.0).all()


@both
def test_quantiles_cover_about_what_they_promise(family):
    told = {str(k): seasonal_values(k, n=161, noise=1.0) for k in range(40)}
    series, _ = series_set(told).until(HORIZON)
    forecast = fitted(family, series).predict(HORIZON)
    truth = np.stack([told[name][-HORIZON:] for name in series.ids["name"]])
    low, high = forecast.quantiles[:, :, 0], forecast.quantiles[:, :, 2]
    assert 0.65 < ((truth >= low) & (truth <= high)).mean() < 0.95


@both
def test_without_time_a_note_says_so(family):
    model = fitted(family, series_set(), deadline=Deadline.after(0.0))
    assert model.notes == ("There was no time: 2 of 2 series are forecast by the seasonal naive.",)


@both
def test_time_that_runs_out_ends_the_training(family):
    settings = family(n_epochs=10_000, width=16)
    deadline = Deadline.after(3.0)
    model = settings.fit(series_set(), ForecastContext(HORIZON, deadline=deadline))
    assert deadline.elapsed() < 10.0
    assert np.isfinite(model.predict(HORIZON).mean).all()


def test_other_seeds_are_other_networks(one):
    other = fitted(_family(one), series_set(), seed=5)
    assert not np.array_equal(other.predict(HORIZON).mean, one.predict(HORIZON).mean)


def _family(model):
    return next(family for family in FAMILIES if family.name == model.forecaster)


def test_threads_are_as_many_as_before(one):
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        fitted(_family(one), series_set(), n_threads=1)
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)


@both
def test_a_fit_without_memory_goes_on_with_a_smaller_batch(family, monkeypatch):
    sizes = []

    def scarce(task, begin, plan, deadline, order):
        sizes.append(plan.batch_size)
        if plan.batch_size > 8:
            raise torch.OutOfMemoryError
        return train(task, begin, plan, deadline, order)

    monkeypatch.setattr(fitting, "train", scarce)
    fitted(family, series_set())
    assert sizes[:2] == [16, 8]


@pytest.mark.parametrize(
    "change",
    [
        {"plan": {}},
        {"plan": None},
        {"sizes": {"width": 16}},
        {"sizes": {"width": 10**9, "n_layers": 1, "n_heads": 0}},
        {"levels": [2.0]},
        {"notes": None},
    ],
)
def test_facts_that_cannot_be_are_refused(one, change, tmp_path):
    save_forecaster(one, tmp_path / "it")
    arrays, facts = load_arrays(tmp_path / "it", {})
    save_arrays(tmp_path / "it", arrays, facts | change)
    with pytest.raises(BundleDamaged):
        load_forecaster(tmp_path / "it")


@pytest.mark.parametrize("name", ["net.head.answer", "offsets", "limits", "scaling.ahead"])
def test_numbers_that_are_not_finite_are_refused(one, name, tmp_path):
    save_forecaster(one, tmp_path / "it")
    arrays, facts = load_arrays(tmp_path / "it", {})
    save_arrays(tmp_path / "it", arrays | {name: np.full_like(arrays[name], np.nan)}, facts)
    with pytest.raises(BundleDamaged):
        load_forecaster(tmp_path / "it")


def test_a_history_of_other_columns_is_refused(one, tmp_path):
    save_forecaster(one, tmp_path / "it", with_history=False)
    with pytest.raises(BundleDamaged):
        load_forecaster(tmp_path / "it", driven()[0])


def test_a_saved_network_forecasts_without_torch(one, tmp_path):
    save_forecaster(one, tmp_path / "it")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from phantom_ml.forecasters.bundle import load_forecaster\n"
        f"load_forecaster(Path({str(tmp_path / 'it')!r})).predict({HORIZON})\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
