"""Labels that a model does not know are left out of its figures, and said."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.core.left_out import told_left_out
from tests.core.tables import OF_EVENTS, events

SPEC = SimpleNamespace(target="label", classes=("benign", "attack"))


def told(answers, known):
    return " ".join(told_left_out(pl.Series(answers), np.array(known, np.int64), SPEC))


def test_labels_that_are_not_known_are_counted_and_named():
    found = told(["benign", "Attack", "Attack", "malware"], [0])
    assert "3 rows have a value of 'label' that the model does not know" in found
    assert "'Attack' (2), 'malware' (1)" in found


def test_the_nearest_label_is_told():
    assert told(["benign", "Attack"], [0]).endswith("Did you mean 'attack'?")


def test_rows_without_a_label_are_nothing_to_tell():
    assert told(["benign", None, "", " N/A "], [0]) == ""


def test_rows_whose_label_is_known_are_nothing_to_tell():
    assert told(["benign", "attack"], [0, 1]) == ""


def test_no_more_than_three_labels_are_named():
    assert "'e' (2), 'a' (1), 'b' (1) and 2 more" in told([*"abcdee", "benign"], [6])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    core = PhantomMLCore(home=tmp_path_factory.mktemp("left_out") / "home")
    asked = OF_EVENTS | {"task_type": "security_threat_detection", "threshold": {"max_fpr": 0.2}}
    return core, core.auto_create_model(events(600), asked)


@pytest.fixture
def measured(trained):
    """Measure the model where every attack of some rows has another label."""
    core, result = trained

    def measure(label, share=1.0):
        rows = events(300, seed=5)
        which = (pl.col("label") == "attack") & (pl.int_range(pl.len()) < share * 300)
        return core.evaluate(
            result.model_id, rows.with_columns(label=pl.when(which).then(label).otherwise("label"))
        )

    return measure


def of_labels(found):
    return [note for note in found.warnings if "does not know" in note]


def test_an_evaluation_says_once_which_labels_it_does_not_know(measured):
    (note,) = of_labels(measured(pl.lit("Attack"), 0.5))
    assert "'Attack'" in note
    assert "It knows 'benign', 'attack'. Did you mean 'attack'?" in note


def test_what_is_printed_says_it_once(measured):
    assert str(measured(pl.lit("Attack"), 0.5)).count("does not know") == 1


def test_rows_without_a_label_are_counted_apart(measured):
    found = measured(pl.lit(None, pl.String), 0.5)
    assert (found.n_unlabelled, found.n_unknown) == (found.n_skipped, 0)
    assert of_labels(found) == []


def test_rows_of_a_label_that_is_not_known_are_counted_apart(measured):
    found = measured(pl.lit("malware"), 0.5)
    assert (found.n_unlabelled, found.n_unknown) == (0, found.n_skipped)


def test_where_no_attack_is_left_it_is_said_that_no_figure_of_it_can_be_told(measured):
    told = " ".join(measured(pl.lit("malware")).warnings)
    assert "No row that is left is of the class 'attack': no figure of that class can be" in told


def test_where_some_attacks_are_left_that_is_not_said(measured):
    assert "is of the class" not in " ".join(measured(pl.lit("malware"), 0.5).warnings)
