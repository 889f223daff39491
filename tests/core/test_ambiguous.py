"""A target whose name came twice: which column is meant?"""

import pandas as pd
import pytest

from phantom_ml.errors import HeaderWrong
from tests.core.conftest import FAST
from tests.core.tables import numbers


@pytest.fixture
def file(tmp_path):
    """A CSV file whose header names ``y`` twice."""
    path = tmp_path / "twice.csv"
    numbers(n=60).select("a", "b", "y", y_2="y").write_csv(path)
    path.write_text(path.read_text().replace("y_2", "y", 1))
    return path


def test_a_target_that_came_twice_in_a_file_is_refused_before_any_work(core, file):
    before = len(core.list_experiments())
    with pytest.raises(HeaderWrong, match="More than one column is called 'y'"):
        core.auto_create_model(file, FAST)
    assert len(core.list_experiments()) == before


def test_a_target_that_came_twice_in_a_frame_is_refused(core):
    frame = numbers(n=60).to_pandas()
    with pytest.raises(HeaderWrong):
        core.auto_create_model(pd.concat([frame, frame[["y"]]], axis=1), FAST)


def test_a_target_that_came_twice_in_validation_data_is_refused(core, file):
    with pytest.raises(HeaderWrong):
        core.auto_create_model(numbers(n=60), FAST | {"validation_data": str(file)})


def test_a_target_that_came_twice_in_rows_to_evaluate_is_refused(core, small, file):
    with pytest.raises(HeaderWrong):
        core.evaluate(small.model_id, file)
