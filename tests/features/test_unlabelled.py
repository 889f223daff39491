"""Rows without an answer count for the others as they happened, and have no features of their own."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import FeatureSettings
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.data.times.parse import to_datetime
from phantom_ml.features.before import Before
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.unlabelled import Unlabelled
from tests.core.tables import events

N, KNOWN = 400, np.arange(0, 400, 4)
REST = np.setdiff1d(np.arange(N), KNOWN)


def whole() -> pl.DataFrame:
    message = pl.format("login of {} by {} failed", "user", "proto")
    return events(N).drop("label").with_columns(message=message)


def before(kind: str) -> Before:
    rows = whole()
    if kind == "time":
        return Before(time=to_datetime(rows["when"]).dt.timestamp("ns").to_numpy())
    codes = rows["user"].rank("dense").cast(pl.Int64).to_numpy()
    return Before(groups=codes) if kind == "groups" else Before()


def beside(n_validation: int = 0) -> Unlabelled:
    return Unlabelled(whole()[REST], before("time").rows(REST), n_validation)


@pytest.mark.parametrize("kind", ["time", "groups", "none"])
def test_rows_are_counted_as_in_the_whole_table(kind):
    rows, counted = whole(), before(kind)
    encoder = fit_encoder(rows, recognise_sampled(rows), FeatureSettings(), "when")
    some, rest = rows[KNOWN], Unlabelled(rows[REST], counted.rows(REST))
    seen = encoder.began(some, rest.below(some))
    found = encoder.training(some, counted.rows(KNOWN), seen, rest)
    expected = encoder.training(rows, counted).values[KNOWN]
    # Groups are dealt to parts by their number alone, wherever their rows stand.
    np.testing.assert_array_equal(found.values, expected)


def test_without_the_others_the_past_is_thinner():
    rows, counted = whole(), before("time")
    encoder = fit_encoder(rows, recognise_sampled(rows), FeatureSettings(), "when")
    thin = encoder.training(rows[KNOWN], counted.rows(KNOWN)).values
    full = encoder.training(rows, counted).values[KNOWN]
    assert not np.array_equal(thin, full, equal_nan=True)


def test_rows_stand_beside_those_to_learn_from_and_those_given():
    rest = beside(n_validation=50)
    assert rest.of_training.frame.height == len(REST) - 50
    assert rest.of_validation.frame["when"].to_list() == rest.frame["when"].to_list()[-50:]


def test_without_rows_given_all_stand_beside_those_to_learn_from():
    rest = beside()
    assert rest.of_training is rest
    assert rest.of_validation is None


def test_some_rows_keep_their_times():
    few = beside(n_validation=50).rows(np.array([0, len(REST) - 1]))
    np.testing.assert_array_equal(few.before.time, before("time").time[REST[[0, -1]]])
    assert few.n_validation == 1


def test_others_are_put_below():
    more = Unlabelled(whole()[KNOWN], before("time").rows(KNOWN))
    joined = beside().joined(more)
    assert joined.frame.tail(len(KNOWN)).equals(whole()[KNOWN])
    np.testing.assert_array_equal(joined.before.time[-len(KNOWN) :], before("time").time[KNOWN])
