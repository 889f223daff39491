import json

import pytest

from benchmarks.__main__ import main
from tests.benchmarks.folders import made


@pytest.fixture
def run(tmp_path, capsys):
    """Measure a made set as it is and another one at random, each with a quick model."""
    for name in ("shifted", "steady"):
        made(tmp_path / name)
    out = tmp_path / "out.jsonl"
    words = ["--data", str(tmp_path), "--shifted", "shifted", "--seconds", "0", "--out", str(out)]

    def measured(*more):
        assert main(["drift", *words, *more]) == 0
        return [json.loads(line) for line in out.read_text().splitlines()], capsys.readouterr().out

    return measured


def test_own_parts_once_and_random_halves_by_seed(run):
    lines, _ = run("--runs", "2")
    cases = [(ln["data"], ln["split"], ln["seed"]) for ln in lines[::3]]
    assert cases == [("shifted", "its own", 0), ("steady", "random", 0), ("steady", "random", 1)]
    assert len({ln["rule"] for ln in lines}) == 3


def test_what_the_file_holds_is_not_measured_again(run):
    first, _ = run("--runs", "1")
    second, _ = run("--runs", "1")
    assert second == first


def test_a_table_counts_the_runs_that_warn(run):
    _, told = run("--runs", "1")
    assert "Parts random: of 1 runs" in told
