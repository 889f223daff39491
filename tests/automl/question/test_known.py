"""What becomes of known anomalies: how many measured, and whom the others taught."""

import polars as pl
import pytest

from phantom_ml.automl.question.known import Known, learners_from_known, use_of_known
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.splits import halves


def told(n_taught: int, *fitted: str) -> str:
    return use_of_known(halves(60, 12, None, 0, n_taught=n_taught), 72, 12, fitted)


def test_those_that_taught_are_told_beside_whom_they_taught():
    assert told(6, "HBOS", "SurpriseLightGBM") == (
        "Of 12 known anomalies 6 taught SurpriseLightGBM, and 6 measured."
    )


def test_those_that_were_kept_for_what_had_no_turn_are_not_said_to_have_taught():
    said = told(6, "HBOS", "KNN")
    assert (
        "6 measured; 6 were kept for what learns from them, and nothing that was fitted does"
        in said
    )
    assert "taught" not in said


def test_where_none_were_kept_all_are_said_to_have_measured():
    assert told(0, "HBOS").startswith("All 12 known anomalies measured")


def test_a_learner_for_which_none_were_kept_is_said_to_have_had_none():
    assert "SurpriseLightGBM had none to learn from" in told(0, "SurpriseLightGBM")


def test_detectors_learn_from_no_known_anomaly():
    assert learners_from_known(["HBOS", "KNN", "PCA"]) == ()


def notes_of(answers: list[int | None], *, normal_only: bool) -> str:
    frame = pl.DataFrame({"odd": pl.Series(answers, dtype=pl.Int64)})
    config = AutoMLConfig(
        task_type="anomaly_detection",
        target_column="odd",
        task_settings={"normal_only": normal_only},
    )
    return " ".join(Known.of(frame, config).notes)


@pytest.mark.parametrize("normal_only", [True, False])
def test_where_every_row_is_known_none_is_said_to_be_taken_for_normal(normal_only):
    assert "unknown" not in notes_of([0] * 50 + [1] * 12, normal_only=normal_only).lower()


def test_rows_that_were_taken_for_normal_are_counted():
    told = notes_of([0] * 50 + [1] * 12 + [None] * 7, normal_only=False)
    assert told.endswith("7 unknown rows were taken for normal.")


def test_where_only_normal_rows_teach_no_unknown_one_is_taken_for_normal():
    told = notes_of([0] * 50 + [1] * 12 + [None] * 7, normal_only=True)
    assert "50 rows that are known to be normal" in told
    assert "taken for normal" not in told
