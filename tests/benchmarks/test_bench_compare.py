import json

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.peers import PEERS, python_of
from benchmarks.runs import Run, execute
from benchmarks.score import average_precision
from tests.benchmarks.folders import made

SECONDS = 10


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Run Phantom once on a tiny folder; return its line of results and the file."""
    folder = tmp_path_factory.mktemp("bench")
    made(folder / "data" / "tiny")
    out = folder / "results.jsonl"
    arguments = ["--data", str(folder / "data"), "--systems", "phantom", "--seeds", "1"]
    main(["compare", *arguments, "--seconds", str(SECONDS), "--out", str(out)])
    return json.loads(out.read_text().splitlines()[0]), out


def test_phantom_learns_the_tiny_set(compared):
    assert compared[0]["figures"]["pr_auc"] > 0.8


def test_figures_are_those_of_the_kept_prediction(compared):
    record, out = compared
    with np.load(out.parent / "results-predictions" / record["predictions"]) as kept:
        found = average_precision(kept["truth"], kept["prediction"][:, 1])
    assert found == pytest.approx(record["figures"]["pr_auc"])


def test_whole_process_is_timed_and_weighed(compared):
    figures = compared[0]["figures"]
    assert figures["fit_s"] > figures["call_s"]
    assert figures["peak_mib"] > 50


def test_run_that_is_done_is_not_repeated(compared, capsys):
    out = compared[1]
    arguments = ["--data", str(out.parent / "data"), "--systems", "phantom", "--seeds", "1"]
    main(["compare", *arguments, "--seconds", str(SECONDS), "--out", str(out)])
    assert capsys.readouterr().out == ""


def test_result_can_be_made_a_table(compared, capsys):
    main(["table", str(compared[1]), "--primary"])
    assert "| tiny | average precision |" in capsys.readouterr().out


def test_system_that_raises_is_a_failed_run_with_its_reason(tmp_path):
    folder = made(tmp_path / "data")
    python = python_of("phantom", tmp_path)
    assert python is not None
    record = execute(Run("absent", python, folder, 1.0, 1))
    assert "No module named 'benchmarks.systems.absent'" in record["figures"]["failed"]


def test_every_peer_has_its_file():
    from importlib.util import find_spec

    assert all(find_spec(f"benchmarks.systems.{name}") for name in PEERS)


def test_peer_that_is_not_installed_has_no_interpreter(tmp_path):
    assert python_of("h2o", tmp_path) is None
