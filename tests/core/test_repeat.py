"""Where trials are counted, a run is its seed: the same again, bit for bit."""

import polars as pl
from polars.testing import assert_frame_equal

from tests.core.conftest import FAST
from tests.core.tables import numbers


def scores(result) -> list[tuple[int, float | None]]:
    return sorted((row.number, row.score) for row in result.leaderboard)


def test_two_runs_with_one_seed_have_equal_scores(binary, again):
    assert scores(binary) == scores(again[1])


def test_two_runs_with_one_seed_predict_bit_for_bit_the_same(core, binary, again, table):
    other, result = again
    one = core.predict(binary.model_id, table)
    assert_frame_equal(one, other.predict(result.model_id, table), check_exact=True)


def test_two_runs_with_one_seed_cut_one_threshold(binary, again):
    assert binary.thresholds == again[1].thresholds


def test_another_seed_is_written_down(core, small):
    other = core.auto_create_model(numbers(), FAST | {"seed": 7})
    seeds = [r.config["seed"] for r in core.list_experiments() if r.id == other.experiment_id]
    assert seeds == [7]
    assert scores(other) != scores(small)


def test_every_row_that_has_a_model_predicts(core, binary, table):
    rows = [row for row in binary.leaderboard if row.model_id is not None]
    assert len(rows) == 3
    for row in rows:
        assert core.predict(row.model_id, table.head(5)).height == 5


def test_another_program_on_the_same_home_predicts_the_same(core, binary, table):
    reopened = type(core)(home=core.home)
    one, two = (c.predict(binary.model_id, table) for c in (core, reopened))
    assert_frame_equal(one, two, check_exact=True)


def test_each_row_alone_is_scored_as_in_the_table(core, binary, table):
    some = table.head(6)
    alone = pl.concat(core.predict(binary.model_id, some[i]) for i in range(6))
    assert_frame_equal(core.predict(binary.model_id, some), alone, abs_tol=1e-12)
