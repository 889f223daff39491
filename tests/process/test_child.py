"""A child that does its work, or says what is wrong."""

import json
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BadSetting, ChildFailed, ColumnMissing
from phantom_ml.process import Limits, OutcomeStatus, run_child, start_child, wait_any

TARGETS = __name__.rpartition(".")[0] + ".targets"


def test_the_result_of_the_function_comes_back(tmp_path: Path) -> None:
    assert run_child(f"{TARGETS}:echo", {"depth": 3, "name": "ä"}, tmp_path) == {
        "depth": 3,
        "name": "ä",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(payload=st.dictionaries(st.text(), json_values, max_size=4))
def test_any_json_survives_the_way_there_and_back(tmp_path: Path, payload: dict) -> None:
    assert run_child(f"{TARGETS}:echo", payload, tmp_path) == payload


def test_a_payload_larger_than_any_socket_buffer_arrives(tmp_path: Path) -> None:
    payload = {"columns": [f"column_{i}" for i in range(100_000)]}
    assert run_child(f"{TARGETS}:echo", payload, tmp_path) == payload


def test_the_outcome_tells_time_and_memory(tmp_path: Path) -> None:
    outcome = start_child(f"{TARGETS}:sleep", {"seconds": 0.3}, tmp_path).wait()
    assert outcome is not None
    assert outcome.status is OutcomeStatus.OK
    assert 0.3 <= outcome.seconds < 2
    assert 1 < outcome.peak_memory_mb < 200


def test_children_that_end_in_a_moment_are_looked_at_all_the_same(tmp_path: Path) -> None:
    outcomes = [
        start_child(f"{TARGETS}:sleep", {"seconds": 0.02}, tmp_path).wait() for _ in range(20)
    ]
    assert all(outcome is not None and outcome.peak_memory_mb > 0 for outcome in outcomes)


def test_the_outcome_is_none_while_the_child_runs(tmp_path: Path) -> None:
    child = start_child(f"{TARGETS}:sleep", {"seconds": 30}, tmp_path)
    assert child.wait(0.05) is None
    assert child.poll() is None
    child.stop()


def test_two_children_run_at_the_same_time(tmp_path: Path) -> None:
    before = time.monotonic()
    children = [
        start_child(f"{TARGETS}:sleep", {"seconds": 0.6}, tmp_path / str(i)) for i in range(2)
    ]
    outcomes = [child.wait() for child in children]
    assert time.monotonic() - before < 1.1
    assert len({outcome.result["pid"] for outcome in outcomes if outcome}) == 2


def test_wait_any_returns_the_child_that_ended_first(tmp_path: Path) -> None:
    slow = start_child(f"{TARGETS}:sleep", {"seconds": 30}, tmp_path / "slow")
    fast = start_child(f"{TARGETS}:echo", {}, tmp_path / "fast")
    assert wait_any([slow, fast], timeout=10) == [fast]
    slow.stop()


def test_wait_any_returns_nothing_when_the_time_is_over(tmp_path: Path) -> None:
    child = start_child(f"{TARGETS}:sleep", {"seconds": 30}, tmp_path)
    assert wait_any([child], timeout=0.05) == []
    child.stop()


def test_many_threads_start_children_at_once(tmp_path: Path) -> None:
    results: list[int] = []

    def run(number: int) -> None:
        result = run_child(f"{TARGETS}:echo", {"n": number}, tmp_path / str(number))
        results.append(result["n"])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(8))


def test_a_folder_can_be_used_again(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed):
        run_child(f"{TARGETS}:value_error", {}, tmp_path)
    assert run_child(f"{TARGETS}:echo", {"n": 1}, tmp_path) == {"n": 1}
    assert not (tmp_path / "error.json").exists()


def test_what_the_child_prints_is_in_its_log(tmp_path: Path) -> None:
    run_child(f"{TARGETS}:speak", {}, tmp_path)
    assert sorted((tmp_path / "log.txt").read_text().splitlines()) == [
        "a line on stderr",
        "a line on stdout",
    ]


def test_files_of_a_child_are_for_their_owner_only(tmp_path: Path) -> None:
    run_child(f"{TARGETS}:echo", {}, tmp_path)
    modes = {name: (tmp_path / name).stat().st_mode & 0o077 for name in ("result.json", "log.txt")}
    assert modes == {"result.json": 0, "log.txt": 0}


def test_an_error_tells_its_type_and_message(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match="ValueError: seven is not a colour"):
        run_child(f"{TARGETS}:value_error", {}, tmp_path)


def test_an_error_hints_at_the_line_that_raised_it(tmp_path: Path) -> None:
    outcome = start_child(f"{TARGETS}:value_error", {}, tmp_path).wait()
    assert outcome is not None
    assert outcome.error_hint.startswith("It was raised at targets.py:")


def test_an_error_leaves_its_traceback(tmp_path: Path) -> None:
    start_child(f"{TARGETS}:value_error", {}, tmp_path).wait()
    error = json.loads((tmp_path / "error.json").read_text())
    assert "in value_error" in error["traceback"]


def test_an_error_of_ours_comes_back_as_its_class(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        run_child(f"{TARGETS}:bad_setting", {}, tmp_path)
    assert (caught.value.message, caught.value.hint) == ("seed is -1.", "Give 0 or more.")


def test_an_error_with_its_own_constructor_comes_back_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing) as caught:
        run_child(f"{TARGETS}:column_missing", {}, tmp_path)
    assert str(caught.value) == str(ColumnMissing(["is_thread"], ["is_threat"]))


def test_the_outcome_bears_code_and_hint_of_an_error_of_ours(tmp_path: Path) -> None:
    outcome = start_child(f"{TARGETS}:bad_setting", {}, tmp_path).wait()
    assert outcome is not None
    assert (outcome.status, outcome.error_code, outcome.error_hint) == (
        OutcomeStatus.ERROR,
        "config.bad-setting",
        "Give 0 or more.",
    )


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (f"{TARGETS}:not_a_dictionary", "returned int, not a dictionary"),
        (f"{TARGETS}:not_json", "not JSON serializable"),
        (f"{TARGETS}:no_such_function", "no_such_function"),
        ("no_such_module_at_all:function", "no_such_module_at_all"),
        (f"{TARGETS}:system_exit", "SystemExit: no more"),
    ],
)
def test_a_target_that_cannot_answer_is_an_error(tmp_path: Path, target: str, words: str) -> None:
    outcome = start_child(target, {}, tmp_path).wait()
    assert outcome is not None
    assert outcome.status is OutcomeStatus.ERROR
    assert words in outcome.reason


def test_a_payload_that_is_not_json_is_refused_before_the_start(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        start_child(f"{TARGETS}:echo", {"array": object()}, tmp_path)


def test_a_child_finds_itself_where_its_parent_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHANTOM_TEST_VARIABLE", "told late")
    about = run_child(f"{TARGETS}:about", {}, tmp_path)
    assert (about["cwd"], about["environment"]["PHANTOM_TEST_VARIABLE"]) == (
        str(tmp_path),
        "told late",
    )


def test_a_child_stands_alone(tmp_path: Path) -> None:
    about = run_child(f"{TARGETS}:about", {}, tmp_path)
    assert about["group"] == about["pid"]
    assert about["parent"] != os.getpid()
    assert about["open_sockets"] == 0


def test_a_child_is_private_polite_and_deaf_to_ctrl_c(tmp_path: Path) -> None:
    about = run_child(f"{TARGETS}:about", {}, tmp_path)
    assert (about["umask"], about["oom_score"], about["interrupt_ignored"]) == (0o077, 800, True)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_the_thread_pools_have_the_size_that_was_asked_for(tmp_path: Path, n_threads: int) -> None:
    result = run_child(f"{TARGETS}:threads_of_blas", {}, tmp_path, Limits(n_threads=n_threads))
    assert set(result["threads"]) == {n_threads}


def test_a_child_may_have_a_child(tmp_path: Path) -> None:
    payload = {"target": f"{TARGETS}:echo", "folder": str(tmp_path / "deep")}
    assert run_child(f"{TARGETS}:nested", payload, tmp_path) == {"deep": True}


def test_a_fork_of_this_process_starts_its_own_children(tmp_path: Path) -> None:
    mine = start_child(f"{TARGETS}:sleep", {"seconds": 0.8}, tmp_path / "mine")
    pid = os.fork()
    if pid == 0:
        ok = False
        try:
            lost = mine.wait(1)
            theirs = run_child(f"{TARGETS}:echo", {"n": 2}, tmp_path / "theirs")
            ok = theirs == {"n": 2} and lost is not None and lost.status is OutcomeStatus.CRASHED
        finally:
            os._exit(0 if ok else 1)
    assert os.waitpid(pid, 0)[1] == 0
    outcome = mine.wait()
    assert outcome is not None
    assert outcome.status is OutcomeStatus.OK
