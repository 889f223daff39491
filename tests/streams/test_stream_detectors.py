import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BundleDamaged, DataError
from phantom_ml.streams.base import StreamState, filled, stream_detectors
from phantom_ml.streams.detectors.seasonal_forecast import season_of
from tests.streams.made import seasonal

NAMES = [n for n in stream_detectors.names() if stream_detectors.get(n).available()]
each = pytest.mark.parametrize("name", NAMES)


def detector(name):
    return stream_detectors.get(name)(**stream_detectors.get(name).quick)


@each
@pytest.mark.parametrize("n_columns", [1, 3])
def test_points_one_by_one_score_as_all_at_once(name, n_columns):
    values = seasonal(150, n_columns)
    whole = detector(name).fit(values[:1]).update(values[1:])
    state = detector(name).fit(values[:1])
    alone = np.concatenate([state.update(row[None]) for row in values[1:]])
    np.testing.assert_array_equal(alone, whole)


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(1, 499), max_size=6), name=st.sampled_from(NAMES))
def test_any_chunks_score_alike(cuts, name):
    values = seasonal(500)
    whole = detector(name).fit(values[:1]).update(values[1:])
    state = detector(name).fit(values[:1])
    parts = [state.update(part) for part in np.split(values[1:], sorted(cuts))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@each
def test_state_goes_on_after_saving_as_before(name):
    values = seasonal(700, 2)
    state = detector(name).fit(values[:400])
    copy = StreamState.of_arrays(state.settings, state.arrays())
    np.testing.assert_array_equal(copy.update(values[400:]), state.update(values[400:]))


@each
def test_later_rows_do_not_change_earlier_scores(name):
    values, other = seasonal(500), seasonal(500)
    other[400:] = -50.0
    scores = [detector(name).fit(v[:1]).update(v[1:])[:399] for v in (values, other)]
    np.testing.assert_array_equal(*scores)


@each
def test_memory_stays_the_same(name):
    values = np.tile(seasonal(1000), (6, 1))
    state = detector(name).fit(values[:5000])
    before = sum(a.nbytes for a in state.arrays().values() if a.ndim != 3)
    state.update(values[5000:])
    after = sum(a.nbytes for a in state.arrays().values() if a.ndim != 3)
    assert after <= before * 1.1


@each
@pytest.mark.parametrize(
    "values",
    [
        np.ones((300, 1)),
        np.full((300, 2), np.nan),
        np.r_[np.zeros((299, 1)), [[np.inf]]],
        np.r_[[[-np.inf]], np.zeros((299, 1))],
        np.random.default_rng(0).normal(size=(300, 1)) * 1e300,
        np.where(np.arange(600).reshape(300, 2) % 7, 1e-300, np.nan),
    ],
    ids=["constant", "all missing", "infinite", "minus infinite first", "huge", "tiny with gaps"],
)
def test_scores_are_finite_whatever_the_values(name, values):
    assert np.isfinite(detector(name).fit(values[:1]).update(values[1:])).all()


@pytest.mark.parametrize(
    ("name", "n_rows"),
    [
        ("SeasonalForecast", 1),
        ("PrincipalComponents", 1),
        ("RelativeEntropy", 30),
        ("LevelShift", 30),
        ("SpreadShift", 40),
    ],
)
def test_what_is_odd_scores_highest(name, n_rows):
    values = seasonal(900)
    values[800 : 800 + n_rows] += 8.0 * np.random.default_rng(1).choice([-1, 1], (n_rows, 1)) ** (
        name == "SpreadShift"
    )
    scores = detector(name).fit(values[:400]).update(values[400:])
    assert 400 <= scores.argmax() <= 400 + n_rows + 5


def test_a_spike_is_salient():
    values = np.random.default_rng(0).normal(size=(900, 1))
    values[800] += 12.0
    scores = detector("SpectralResidual").fit(values[:400]).update(values[400:])
    assert scores[400] >= np.quantile(scores, 0.98)


@pytest.mark.skipif("ConvAutoencoder" not in NAMES, reason="torch is not installed")
def test_the_autoencoder_learns_to_rebuild():
    values, wave = seasonal(900), stream_detectors.get("ConvAutoencoder")(n_epochs=15)
    untrained = np.abs((values - np.median(values)) / 2.1).mean()
    assert wave.fit(values[:512]).update(values[512:640]).mean() < 0.5 * untrained


def test_a_series_without_a_row_is_refused():
    with pytest.raises(DataError, match="no row"):
        detector("LevelShift").fit(np.empty((0, 1)))


def test_words_are_refused():
    with pytest.raises(DataError, match="something else than numbers"):
        detector("LevelShift").fit(np.array([["a"]]))


def test_other_columns_than_before_are_refused():
    state = detector("LevelShift").fit(np.ones((5, 2)))
    with pytest.raises(DataError, match="A row has 3 columns"):
        state.update(np.ones((1, 3)))


def test_a_model_that_does_not_fit_its_rows_is_refused():
    state = detector("PrincipalComponents").fit(seasonal(100))
    arrays = state.arrays() | {"model.axes": np.ones((2, 2))}
    with pytest.raises(BundleDamaged):
        StreamState.of_arrays(state.settings, arrays)


def test_a_gap_is_filled_by_what_was_known_before_it():
    values = np.array([[np.nan, 1.0], [2.0, np.nan], [np.nan, 3.0]])
    whole, last = filled(values, np.array([9.0, 9.0]))
    assert (whole.tolist(), last.tolist()) == ([[9, 1], [2, 1], [2, 3]], [2, 3])


def test_noise_has_no_season():
    assert season_of(np.random.default_rng(0).normal(size=2000), 4) == 0
