"""Which class of the answers is the odd one: by its name, as it was named, or guessed, and that it is said."""

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from tests.core.test_anomaly import ASKED, SINGLE, flows, named


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("odd"))


def test_it_is_said_which_class_was_taken_for_the_odd_one(home):
    asked = {**SINGLE, "target_column": "is_odd"}
    told = home.auto_create_model(named(20, "attack", "normal"), asked).warnings
    assert any(
        "'attack', by its name. Its rows are the anomalies; where those of 'normal' are" in w
        for w in told
    )


@pytest.mark.parametrize("words", [("attack", "normal"), ("1", "0")])
def test_nothing_is_said_of_a_class_that_was_named_or_is_plain(home, words):
    asked = {**SINGLE, "target_column": "is_odd"}
    asked |= {"positive_class": "attack"} if words[0] == "attack" else {}
    told = home.auto_create_model(named(20, *words), asked).warnings
    assert not any("positive" in w for w in told)


def test_the_only_known_word_is_said_to_be_guessed(home):
    rows = named(20, "intrusion", "?").with_columns(
        is_odd=pl.when(pl.col("is_odd") == "intrusion").then("is_odd")
    )
    told = home.auto_create_model(rows, {**SINGLE, "target_column": "is_odd"}).warnings
    assert any("'intrusion', and were taken for anomalies" in w for w in told)


def test_an_evaluation_takes_the_class_that_training_took(home):
    rows = named(20, "a", "b")
    asked = {**SINGLE, "target_column": "is_odd", "positive_class": "a"}
    found = home.auto_create_model(rows, asked)
    many = pl.concat([rows.filter(pl.col("is_odd") == "a")] * 30 + [rows])
    told = home.evaluate(found.model_id, many)
    assert told.figures["roc_auc"].value > 0.9
    assert not any("positive class" in w for w in told.warnings)


def test_answers_in_other_words_than_those_of_training_are_said_to_be_guessed(home):
    asked = {**SINGLE, "target_column": "is_odd", "positive_class": "a"}
    found = home.auto_create_model(named(20, "a", "b"), asked)
    told = home.evaluate(found.model_id, named(20, "evil", "good")).warnings
    assert any("Training called an anomaly 'a', which is no answer here" in w for w in told)


def test_a_refit_takes_the_class_that_training_took(home):
    found = home.auto_create_model(named(20, "b", "a"), {**SINGLE, "target_column": "is_odd"})
    rarer = named(280, "b", "a")
    again = home.refit(found.model_id, rarer)
    assert home.evaluate(again, rarer).figures["roc_auc"].value > 0.9


def test_an_evaluation_says_which_class_it_took_where_training_knew_none(home):
    result = home.auto_create_model(flows().drop("is_odd"), ASKED)
    rows = named(20, "attack", "normal").rename({"is_odd": "anomaly"})
    told = home.evaluate(result.model_id, rows).warnings
    assert "The positive class of 'anomaly' is taken to be 'attack'" in told[0]
