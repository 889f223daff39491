"""Rows that have no forecast, and steps of which no row tells what is known ahead."""

import numpy as np

from phantom_ml.forecasters.series.from_frame import Ahead
from phantom_ml.forecasters.uncertainty.left_rows import not_ahead, untold


def rows(codes, steps):
    code, step = np.array(codes), np.array(steps)
    usable = (code >= 0) & (step >= 0)
    return Ahead(code, step, usable, usable)


def test_rows_of_the_past_and_of_unknown_series_are_counted():
    (told,) = not_ahead(rows([0, 0, -1], [-3, 1, -1]), np.ones(3, np.bool_))
    assert told == (
        "Of 3 rows 1 does not lie after the history and 1 is of a series that the model does not know: these have "
        "no forecast, no score and no alert."
    )


def test_rows_that_all_lie_ahead_need_no_word():
    assert not not_ahead(rows([0, 1], [0, 0]), np.ones(2, np.bool_))


def test_rows_without_a_time_are_not_of_the_past():
    assert not not_ahead(rows([0], [-1]), np.zeros(1, np.bool_))


def test_steps_between_rows_are_told_to_be_taken_without():
    (told,) = untold(["holiday"], rows([0, 0], [0, 3]), np.array([4]))
    assert told.startswith("No row tells 'holiday' of 2 of 4 steps")


def test_steps_that_all_have_a_row_need_no_word():
    assert not untold(["holiday"], rows([0, 0], [0, 1]), np.array([2]))


def test_without_a_column_known_ahead_no_row_is_missed():
    assert not untold([], rows([0], [3]), np.array([4]))


def test_rows_beyond_the_asked_steps_tell_nothing_of_them():
    assert untold(["holiday"], rows([0], [5]), np.array([2]))
