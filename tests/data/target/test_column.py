"""The column of the target is there, and there once."""

import pytest

from phantom_ml.data.target.column import require_columns, require_target
from phantom_ml.errors import ColumnMissing, HeaderWrong, TargetMissing


def test_a_missing_target_suggests_the_nearest():
    with pytest.raises(TargetMissing, match="Did you mean 'is_threat'"):
        require_target(["is_threat", "user"], "is_thread")


def test_a_target_whose_name_came_twice_is_refused():
    with pytest.raises(HeaderWrong, match="More than one column is called 'y'"):
        require_target(["a", "y", "y_2"], "y", repeated=("y",))


def test_another_name_that_came_twice_is_no_matter():
    require_target(["a", "a_2", "y"], "y", repeated=("a",))


def test_missing_columns_are_named():
    with pytest.raises(ColumnMissing, match="'hots'") as caught:
        require_columns(["host", "user"], ["user", "hots"])
    assert caught.value.missing == ("hots",)
