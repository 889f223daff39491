import functools

import polars as pl

import phantom_ml.simulation
from phantom_ml.simulation import simulate_security_logs


def test_demo_trains_and_explains_on_data_that_it_calls_simulated(phantom, folder, monkeypatch):
    smaller = functools.partial(simulate_security_logs, n_events=4_000)
    monkeypatch.setattr(phantom_ml.simulation, "simulate_security_logs", smaller)
    run = phantom("demo", "--seconds", "12", "--home", folder / "home")
    assert run.code == 0, run.err
    assert run.err.startswith("SIMULATED data: 3,200 events")
    assert "Alert in row " in run.out
    assert "In new_logs.csv, which it had not seen" in run.out
    written = [pl.read_csv(folder / name) for name in ("security_logs.csv", "new_logs.csv")]
    assert written[0]["timestamp"].max() <= written[1]["timestamp"].min()


def test_demo_does_not_write_over_a_file_of_somebody_else(phantom, folder):
    (folder / "security_logs.csv").write_text("mine\n")
    run = phantom("demo", "--seconds", "5", "--home", folder / "home")
    assert run.code == 2
    assert "is not of this demonstration" in run.err
    assert (folder / "security_logs.csv").read_text() == "mine\n"


def test_demo_in_a_folder_that_cannot_be_made_is_an_error(phantom, folder):
    (folder / "file").write_text("")
    run = phantom("demo", "--seconds", "5", "--directory", "file/x", "--home", folder / "home")
    assert run.code == 2
    assert "cannot be written" in run.err


def test_simulated_logs_have_the_columns_that_the_demo_speaks_of():
    columns = set(simulate_security_logs(n_events=2_000).columns)
    assert {"is_threat", "timestamp", "event_type", "user", "host"} <= columns
