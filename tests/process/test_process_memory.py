"""Memory as Linux counts it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from phantom_ml.process.memory import (
    anonymous_mb,
    cgroup_limits,
    file_pages_mb,
    process_tree_pss_mb,
    resident_mb,
    total_memory_mb,
    tree_anonymous_mb,
)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "proc/self").mkdir(parents=True)
    return tmp_path


def limit(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_limit_of_a_second_version_group_is_found(machine: Path) -> None:
    (machine / "proc/self/cgroup").write_text("0::/user.slice/job\n")
    limit(machine / "sys/fs/cgroup/user.slice/job/memory.max", "1048576\n")
    assert cgroup_limits(machine) == [1048576]


def test_the_limits_of_parent_groups_count(machine: Path) -> None:
    (machine / "proc/self/cgroup").write_text("0::/user.slice/job\n")
    limit(machine / "sys/fs/cgroup/user.slice/memory.max", "2097152\n")
    assert cgroup_limits(machine) == [2097152]


def test_the_limit_of_a_first_version_group_is_found(machine: Path) -> None:
    (machine / "proc/self/cgroup").write_text("9:cpu:/\n4:memory:/docker/1\n0::/\n")
    limit(machine / "sys/fs/cgroup/memory/memory.limit_in_bytes", "4194304\n")
    assert cgroup_limits(machine) == [4194304]


def test_a_group_without_a_limit_is_no_limit(machine: Path) -> None:
    (machine / "proc/self/cgroup").write_text("0::/\n")
    limit(machine / "sys/fs/cgroup/memory.max", "max\n")
    assert cgroup_limits(machine) == []


def test_a_machine_without_groups_has_no_limit(tmp_path: Path) -> None:
    assert cgroup_limits(tmp_path) == []


def test_there_is_no_more_memory_than_the_machine_has() -> None:
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    assert 0 < total_memory_mb() <= physical


def test_proportional_memory_is_at_most_what_is_resident() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        proportional, resident = process_tree_pss_mb(process.pid), resident_mb(process.pid)
        process.kill()
    assert 0 < proportional <= resident + 1


def test_the_memory_of_descendants_is_counted() -> None:
    code = "held = b'x' * (64 << 20); print(flush=True); input()"
    before = process_tree_pss_mb(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        after = process_tree_pss_mb(os.getpid())
        process.kill()
    assert after > before + 60


def test_a_process_that_is_gone_has_no_memory() -> None:
    assert process_tree_pss_mb(2**30) == 0


def test_what_a_process_holds_beside_files_is_no_more_than_it_holds_at_all():
    assert 0 < anonymous_mb(os.getpid()) <= process_tree_pss_mb(os.getpid())


def test_what_a_tree_holds_beside_files_counts_its_children():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        whole, own = tree_anonymous_mb(os.getpid()), anonymous_mb(os.getpid())
        child.communicate(b"\n")
    assert whole > own


def test_pages_of_files_of_a_process_that_is_gone_are_none():
    assert file_pages_mb(2**30) == 0
