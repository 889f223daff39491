"""What does not suit a history is told with its values and what to do next."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.from_frame import series_of
from phantom_ml.forecasters.uncertainty.doubts import doubts

START = datetime(2026, 3, 2)


def told(minutes, frequency=None, season=None):
    times = [START + timedelta(minutes=int(m)) for m in minutes]
    frame = pl.DataFrame({"t": times, "y": np.arange(len(times)) % 7.0})
    series = series_of(frame, SeriesColumns("t", "y"), frequency, season)
    return doubts(series, frequency, season)


def test_regular_steps_are_no_word_worth():
    assert told(60 * np.arange(100), "1h", 24) == ()


def test_a_step_that_was_taken_of_one_row_is_told_with_how_to_give_it():
    assert told([0]) == (
        "No series has two values: how far its steps lie apart is not known, and 1d is taken. Declare the "
        "frequency, '1h' for one, or give a longer history.",
    )


def test_of_a_whole_number_alone_a_number_of_steps_is_asked_for():
    series = series_of(pl.DataFrame({"t": [7], "y": [1.0]}), SeriesColumns("t", "y"))
    assert "and 1 is taken. Declare the frequency, '2' for one" in doubts(series, None, None)[0]


def test_a_declared_step_of_one_row_is_no_word_worth():
    assert told([0], "1h") == ()


def test_mixed_steps_are_told():
    hours, minutes = 60 * np.arange(100), 99 * 60 + 5 * np.arange(1, 601)
    assert told([*hours, *minutes]) == (
        "The steps are mixed: 99 values lie 1h apart, 600 lie 5m apart. With a step of 5m 1,089 of 1,789 steps "
        "hold no value and are filled in. Declare the frequency '1h', or give rows of one step.",
    )


def of_series(steps, frequency=None):
    """Return the doubts of series by name, each with 30 values so many hours apart."""
    parts = [
        pl.DataFrame(
            {"s": name, "t": [START + timedelta(hours=h * k) for k in range(30)], "y": 1.0 * h}
        )
        for name, h in steps.items()
    ]
    series = series_of(pl.concat(parts), SeriesColumns("t", "y", ("s",)), frequency)
    return doubts(series, frequency, None)


def test_a_series_of_another_step_is_named():
    assert of_series({f"h{k}": 1 for k in range(6)} | {"daily": 24}) == (
        "The steps differ between series: the values of 'daily' lie 1d apart, those of the others 1h. With a step "
        "of 1h 667 of 877 steps hold no value and are filled in. Leave it out, or train a model of it apart.",
    )


def test_finer_series_among_coarse_ones_are_named():
    (sentence,) = of_series({"d0": 24, "d1": 24, "d2": 24, "a": 1, "b": 1}, "1h")
    assert "the values of 'a', 'b' lie 1h apart, those of the others 1d." in sentence
    assert sentence.endswith("Leave them out, or train a model of them apart.")


def test_a_declared_step_that_is_too_short_is_told():
    assert told(60 * np.arange(336), "15m") == (
        "The declared step of 15m is too short: 335 values lie 1h apart, so that 1,005 of 1,341 steps hold no "
        "value and are filled in. Declare the frequency '1h', or none.",
    )


def test_steps_that_are_mostly_empty_are_told():
    minutes = np.flatnonzero(np.random.default_rng(0).random(2000) < 0.2)
    (sentence,) = told(minutes, "1m")
    assert "steps hold no value" in sentence
    assert sentence.endswith("where no row means that nothing came, give rows of 0.")


def test_a_row_of_a_far_year_is_named_before_the_steps_that_it_leaves_empty():
    (sentence,) = told(1440 * np.r_[0:600, 9_000])
    assert sentence.startswith(
        "1 row lies far from all others, 2050-10-22 00:00:00; these are of 2026-03-02 00:00:00 to 2027-10-22 "
        "00:00:00. With a step of 1d 8,400 of 9,001 steps hold no value"
    )


def test_a_gap_is_no_word_worth():
    assert told(60 * np.r_[0:100, 160:300]) == ()


def test_a_season_longer_than_the_history_is_told():
    assert told(60 * np.arange(336), None, 1000) == (
        "The declared season of 1,000 steps is longer than the history can support: the longest series has 336 "
        "steps, two seasons need 2,000, and it is forecast as if there were none. Give a longer history, or a "
        "season of at most 168 steps.",
    )


def test_a_season_that_came_once_is_told():
    (sentence,) = told(60 * np.arange(336), None, 300)
    assert "what came one season ago is all that is known of it" in sentence


def of_values(values):
    hours = [START + timedelta(hours=h) for h in range(len(values))]
    frame = pl.DataFrame({"t": hours, "y": values})
    return doubts(series_of(frame, SeriesColumns("t", "y")), None, None)


def test_a_value_that_outweighs_all_others_is_named():
    values = 10.0 + np.random.default_rng(0).normal(size=300)
    values[50] = 1e60
    assert of_values(values) == (
        "1 value of 'y' outweighs all others of the series together: 1e+60 at 2026-03-04 02:00:00. Bands become "
        "so wide that little lies outside. Leave it empty where it is an error.",
    )


def test_of_many_series_the_one_with_the_far_value_is_named():
    parts = [
        pl.DataFrame({"s": name, "t": range(100), "y": np.tile([1.0, 2.0], 50)})
        for name in ("north", "south")
    ]
    frame = pl.concat(parts).with_columns(
        y=pl.when((pl.col("s") == "south") & (pl.col("t") == 7)).then(-1e9).otherwise("y")
    )
    (found,) = doubts(series_of(frame, SeriesColumns("t", "y", ("s",))), None, None)
    assert "together: -1e+09 at 7 of 'south'." in found


def test_long_tails_and_rare_events_have_no_far_values():
    random = np.random.default_rng(1)
    rare = (random.random(300) < 0.05) * random.pareto(1.5, 300)
    assert of_values(random.lognormal(0.0, 2.0, 300)) == of_values(rare) == ()
