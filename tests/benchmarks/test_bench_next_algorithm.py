"""Policies for the algorithm of the next trial are replayed on trials that a library holds."""

import json

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.next_algorithm import MOMENTS, POLICIES, best_four, in_hindsight, lines, replayed
from benchmarks.portfolio import Shelf
from benchmarks.replay import Search

N = 200
NOISE = {"a": 1.0, "b": 1.2, "c": 1.5, "d": 2.0, "e": 3.0}


def shelf(n_each: int = 6, seconds: dict[str, float] | None = None) -> Shelf:
    """Return so many trials of each algorithm, which see the truth through noise of their own."""
    rng = np.random.default_rng(0)
    target = (rng.random(N) < 0.4).astype(np.int64)
    names = [name for name in NOISE for _ in range(n_each)]
    seen = [3.0 * target - 1.5 + NOISE[name] * rng.normal(size=N) for name in names]
    predictions = (1.0 / (1.0 + np.exp(-np.array(seen))))[:, :, None].astype(np.float32)
    settings = [{"algorithm": n, "settings": {"number": i}} for i, n in enumerate(names)]
    took = np.array([(seconds or {}).get(name, 1.0) for name in names])
    return Shelf("set", settings, predictions, took, target, "binary", "log_loss")


def begun(**told) -> Search:
    """Return a search that tried one trial of each algorithm."""
    found = shelf(**told)
    search = Search.of(found)
    for name in NOISE:
        search = search.after([c["algorithm"] for c in found.settings].index(name))
    return search


def shares(name: str, **told) -> dict[str, float]:
    """Return how often a policy tried each algorithm, of all its trials over ten seeds."""
    start = begun(n_each=30, **told)
    went = [replayed(start, POLICIES[name], seed) for seed in range(10)]
    later = [s.shelf.settings[p]["algorithm"] for s in went for p in s.tried[len(NOISE) :]]
    return {n: later.count(n) / len(later) for n in NOISE}


def test_the_search_as_it_is_tries_the_best_algorithm_twice_as_often_as_the_second():
    assert best_four(begun(), list(NOISE), np.random.default_rng(0)) == {
        "a": 1.0,
        "b": 0.5,
        "c": 0.25,
        "d": 0.125,
    }


def test_over_seconds_the_slow_best_one_is_tried_less():
    assert shares("best four by loss, over seconds", seconds={"a": 8.0})["a"] < 0.2


def test_by_gain_a_second_a_slow_algorithm_is_tried_less_than_its_share():
    assert shares("gain a second", seconds={"a": 8.0})["a"] < 1 / len(NOISE)


@pytest.mark.parametrize("name", POLICIES)
def test_no_trial_is_seen_twice(name):
    tried = replayed(begun(), POLICIES[name], 0).tried
    assert len(set(tried)) == len(tried)


@pytest.mark.parametrize("name", POLICIES)
def test_the_same_seed_gives_the_same_search(name):
    one, two = (replayed(begun(), POLICIES[name], 3).tried for _ in range(2))
    assert one == two


def test_what_is_left_is_told_by_trials_that_had_ended():
    search = begun(seconds=dict.fromkeys(NOISE, 4.0))
    assert search.left_at([7.9, 8.0]).tolist() == [search.left[1], search.left[2]]


def test_hindsight_never_takes_what_gains_nothing():
    search = begun()
    assert np.all(np.diff(in_hindsight(search).left[len(search.left) - 1 :]) < 0.0)


def test_the_table_counts_the_sets_on_which_a_policy_is_better_and_worse():
    left = np.full((3, len(POLICIES) + 1, len(MOMENTS)), 0.5)
    left[:, 1, 0] = 0.4, 0.6, 0.3
    assert lines(left)[2][1].endswith("2:1")


def test_a_set_without_an_order_of_its_own_is_told(tmp_path, capsys):
    for name in ("one", "other"):
        (tmp_path / f"{name}.npz").touch()
    main(["next-algorithm", str(tmp_path), "--orders", str(tmp_path)])
    assert "other.json" in capsys.readouterr().err


def test_one_set_has_no_standard_error(tmp_path, capsys):
    (tmp_path / "one.npz").touch()
    main(["next-algorithm", str(tmp_path)])
    assert "two at least" in capsys.readouterr().err


def test_the_command_prints_each_policy(tmp_path, capsys):
    found = shelf()
    np.savez(
        tmp_path / "set.npz",
        predictions=found.predictions,
        seconds=found.seconds,
        target=found.target,
        kind=np.array("binary"),
        metric=np.array("log_loss"),
        settings=np.array(json.dumps(found.settings)),
    )
    (tmp_path / "other.npz").write_bytes((tmp_path / "set.npz").read_bytes())
    for name in ("set", "other"):
        (tmp_path / f"{name}.json").write_text(json.dumps(found.settings[:7:3]))
    main(["next-algorithm", str(tmp_path), "--orders", str(tmp_path), "--seeds", "1"])
    told = capsys.readouterr().out
    assert all(f"| {name} |" in told for name in POLICIES)
