"""A bad search space in a configuration file is told before the table is read."""

import json

import pytest


@pytest.fixture
def told(phantom, tmp_path):
    """Return what a training says of spaces, on a table that cannot be read."""
    table, config = tmp_path / "table.csv", tmp_path / "config.json"
    table.write_text("")

    def of(spaces, *options):
        config.write_text(json.dumps({"target_column": "y", "tuning": {"spaces": spaces}}))
        home = ("--home", tmp_path / "home")
        return phantom("train", table, "--config", config, *home, *options)

    return of


def test_an_unknown_algorithm_is_told(told):
    assert "Did you mean 'LightGBM'" in told({"LightGMB": {"num_leaves": [3]}}).err


def test_an_empty_space_is_told(told):
    assert "search space of LightGBM is empty" in told({"LightGBM": {}}).err


def test_a_good_space_lets_the_table_be_read(told):
    assert "table.csv" in told({"LightGBM": {"num_leaves": [3]}}).err


def test_a_bad_space_is_told_before_a_table_with_options_of_its_own_is_read(told):
    assert "search space of LightGBM is empty" in told({"LightGBM": {}}, "--delimiter", ";").err
