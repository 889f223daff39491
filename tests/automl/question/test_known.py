"""What becomes of known anomalies: how many measured, and whom the others taught."""

from phantom_ml.automl.question.known import learners_from_known, use_of_known
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
