"""A model that is fitted again, trained again, or carried away."""

from datetime import timedelta

import polars as pl

from tests.core.forecasts.logins import ASKED, DAYS, hours


def test_a_longer_history_goes_on_from_its_end(core, trained, came):
    again = core.refit(trained.model_id, pl.concat([hours(0, 24 * DAYS), came]))
    assert core.predict(again, horizon=1)["time"][0] == came["time"].max() + timedelta(hours=1)


def test_a_model_that_was_carried_away_forecasts_the_same(core, trained, tmp_path):
    file = core.export_model(trained.model_id, tmp_path / "logins.phantom")
    assert core.predict(core.import_model(file)).equals(core.predict(trained.model_id))


def test_no_pickle_is_kept(core, trained, tmp_path):
    folder = core.export_model(trained.model_id, tmp_path / "logins")
    ends = {file.suffix for file in folder.rglob("*") if file.is_file()}
    assert ends <= {".json", ".parquet", ".txt", ".safetensors", ".npz", ".npy", ".sig"}


def test_the_same_again_gives_the_same(core, trained):
    again = core.auto_create_model(hours(0, 24 * DAYS), ASKED)
    assert core.predict(again.model_id).equals(core.predict(trained.model_id))


def test_the_newest_model_is_the_finished_one(core, trained):
    again = core.auto_create_model(hours(0, 24 * 6), {**ASKED, "max_trials": 1})
    assert core.get_model("latest").id == again.model_id
