"""The last events of an entity, one by one: strictly earlier, in order, the same in a batch and in a stream."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import FeatureSettings
from phantom_ml.data.recognise import recognise
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder, keeping_steps
from phantom_ml.features.windows.choose import STEPS
from phantom_ml.features.windows.history import ABSENT, FIRST_KNOWN, NOTHING, RARE

START = datetime(2026, 3, 2)
N = 400
WORDS = ["open", "read", "write", "close", "delete", "list"]


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "time": [START + timedelta(minutes=7 * i) for i in range(N)],
            "user": [f"user{i}" for i in rng.integers(0, 8, N)],
            "action": [WORDS[i] for i in rng.integers(0, 6, N)],
        }
    )


@pytest.fixture(scope="module")
def encoder(frame):
    schema = recognise(frame)
    fitted = fit_encoder(frame, schema, FeatureSettings(), "time")
    return keeping_steps(fitted, frame, schema, "time")


@pytest.fixture(scope="module")
def history(encoder, frame):
    """The history of the training rows, the channel of the actions."""
    return encoder.training(frame, None).history


def own_past(frame, row):
    user = frame["user"][row]
    before = frame.head(row).filter(pl.col("user") == user)
    return before["action"].to_list()[-STEPS:]


def words(encoder, codes):
    """Return the words of codes."""
    from phantom_ml.features.cells.hashing import hash64

    known = dict(zip(hash64(pl.Series(WORDS)).tolist(), WORDS, strict=True))
    return [known[int(encoder.past.words[0][int(c) - FIRST_KNOWN])] for c in codes]


@pytest.mark.parametrize("row", [0, 5, 50, 399])
def test_the_steps_are_what_the_entity_did_before_and_the_row_itself(encoder, history, frame, row):
    codes = history.values[row, :, 0]
    happened = codes[codes != NOTHING]
    assert words(encoder, happened) == [*own_past(frame, row), frame["action"][row]]


def test_there_is_nothing_before_the_first_event(history):
    assert (history.values[0, :-1, 0] == NOTHING).all()
    assert np.isnan(history.values[0, :, -1]).all()


def test_the_gap_is_that_to_the_step_before(history, frame):
    row = 300
    user = frame["user"][row]
    last = frame.head(row).filter(pl.col("user") == user)["time"][-1]
    seconds = (frame["time"][row] - last).total_seconds()
    assert history.values[row, -1, -1] == pytest.approx(np.log1p(seconds), rel=1e-6)


def test_events_of_one_moment_do_not_see_each_other(encoder, frame):
    same = frame.with_columns(time=pl.lit(START), user=pl.lit("one"))
    found = encoder.training(same, None).history.values
    assert (found[:, :-1, 0] == NOTHING).all()


def test_the_order_of_the_rows_changes_nothing(encoder, history, frame):
    order = np.random.default_rng(1).permutation(N)
    shuffled = encoder.training(frame[order], None).history.values
    np.testing.assert_array_equal(shuffled, history.values[order])


def test_a_stream_sees_what_a_batch_sees(encoder, frame):
    later = frame.with_columns(pl.col("time") + timedelta(days=4))
    whole = encoder.transform(later).history.values
    first, rest = later.head(150), later.tail(N - 150)
    parts = [encoder.transform(first), encoder.after(first).transform(rest)]
    np.testing.assert_array_equal(np.concatenate([p.history.values for p in parts]), whole)


def test_a_row_that_is_asked_about_alone_sees_what_is_around_it(encoder, frame):
    later = frame.with_columns(pl.col("time") + timedelta(days=4))
    among = encoder.among(later).transform(later[[200, 300]]).history.values
    np.testing.assert_array_equal(among, encoder.transform(later).history.values[[200, 300]])


def test_a_row_of_a_month_ago_sees_what_was_around_it(encoder, frame):
    month = frame.with_columns(START + (pl.col("time") - START) * 20)
    among = encoder.among(month).transform(month[[100, 300]]).history.values
    np.testing.assert_array_equal(among, encoder.transform(month).history.values[[100, 300]])


def test_new_and_missing_values_have_codes_of_their_own(encoder):
    rows = pl.DataFrame(
        {
            "time": [START + timedelta(days=9), START + timedelta(days=10)],
            "user": ["new", "new"],
            "action": ["never seen", None],
        }
    )
    codes = encoder.transform(rows).history.values[:, -1, 0]
    assert codes.tolist() == [RARE, ABSENT]


def test_without_a_learner_of_sequences_nothing_is_kept(frame):
    plain = fit_encoder(frame, recognise(frame), FeatureSettings(), "time")
    assert plain.transform(frame).history is None


def test_it_is_saved(encoder, frame, tmp_path):
    encoder.save(tmp_path)
    again = Encoder.load(tmp_path)
    np.testing.assert_array_equal(
        again.transform(frame).history.values, encoder.transform(frame).history.values
    )


def test_all_codes_lie_within_the_sizes(history):
    for channel, size in enumerate(history.sizes):
        assert history.values[:, :, channel].max() < size
