"""A memory cap of what a child takes beside what the fork server holds when it starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phantom_ml.process import (
    Deadline,
    Limits,
    Outcome,
    OutcomeStatus,
    shut_down,
    start_child,
    warm_up,
)

TARGETS = __name__.rpartition(".")[0] + ".targets"
#: MiB that the server of these tests holds in a module that it imported.
HELD = 300
CAP = Limits(memory_mb=100, beside_start=True)


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "heavy_module.py").write_text(f"held = bytearray(b'x') * ({HELD} << 20)\n")
    monkeypatch.syspath_prepend(tmp_path)
    shut_down()
    warm_up(preload=("heavy_module",))
    yield
    shut_down()
    warm_up(preload=())


def outcome_of(target: str, folder: Path, limits: Limits, **payload: object) -> Outcome:
    outcome = start_child(f"{TARGETS}:{target}", payload, folder, limits).wait(30)
    assert outcome is not None
    return outcome


@pytest.mark.usefixtures("heavy")
def test_what_the_server_had_imported_does_not_count(tmp_path: Path) -> None:
    assert outcome_of("sleep", tmp_path / "child", CAP, seconds=0.5).status is OutcomeStatus.OK


@pytest.mark.usefixtures("heavy")
def test_it_counts_where_the_cap_is_of_all_that_the_child_holds(tmp_path: Path) -> None:
    outcome_of("sleep", tmp_path / "before", CAP, seconds=0.0)  # it waits until the module is there
    outcome = outcome_of("sleep", tmp_path / "child", Limits(memory_mb=100), seconds=0.5)
    assert outcome.status is OutcomeStatus.OUT_OF_MEMORY


@pytest.mark.usefixtures("heavy")
def test_a_child_that_takes_more_is_ended(tmp_path: Path) -> None:
    outcome = outcome_of("hog", tmp_path / "child", CAP)
    assert "its cap is 100 MB" in outcome.reason


@pytest.mark.usefixtures("heavy")
def test_what_a_child_is_told_to_have_taken_is_without_what_the_server_held(tmp_path: Path) -> None:
    assert outcome_of("sleep", tmp_path / "child", CAP, seconds=0.5).peak_memory_mb < 100


def test_what_the_programs_that_it_starts_take_counts(tmp_path: Path) -> None:
    outcome = outcome_of("hold_in_a_grandchild", tmp_path, CAP, mb=250)
    assert outcome.status is OutcomeStatus.OUT_OF_MEMORY


@pytest.mark.usefixtures("heavy")
def test_a_child_whose_deadline_passes_while_the_server_imports_is_ended(tmp_path: Path) -> None:
    limits = Limits(Deadline.after(-1), memory_mb=100, beside_start=True)
    outcome = outcome_of("sleep", tmp_path / "child", limits, seconds=30)
    assert outcome.status is OutcomeStatus.TIMEOUT
