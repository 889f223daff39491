"""A publication meets a full disk at each step; nothing half written stays."""

import errno
import itertools
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from phantom_ml.errors import DiskFull, StoreUnusable
from phantom_ml.model.bundle import open_bundle
from phantom_ml.store import Store
from tests.store.stores import left_over, new_experiment, staged, trust


def failing(store: Store, at: int, number: int) -> Store:
    """Return the store with a disk that fails after ``at`` steps of a publication."""
    steps = iter(range(at, -1, -1))

    def reached(step: str) -> None:
        if next(steps, -1) == 0:
            raise OSError(number, os.strerror(number))

    return Store(store.home, store.ledger, replace(store.files, reached=reached))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("at", range(4))
def test_a_full_disk_at_any_step_leaves_nothing(
    store: Store, experiment: str, at: int, number: int
) -> None:
    folder, manifest = staged(store)
    with pytest.raises(DiskFull, match="No space is left"):
        failing(store, at, number).publish(folder, experiment, manifest)
    assert left_over(store) == []
    assert store.models() == []


def test_a_broken_disk_is_told_with_its_path(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    with pytest.raises(StoreUnusable, match="Input/output error"):
        failing(store, 1, errno.EIO).publish(folder, experiment, manifest)
    assert left_over(store) == []


def test_a_model_that_shares_parts_survives_the_failure_of_another(
    store: Store, experiment: str
) -> None:
    folder, manifest = staged(store, 0)
    model_id = store.publish(folder, experiment, manifest)
    before = left_over(store)
    other, other_manifest = staged(store, 1)
    with pytest.raises(DiskFull):
        failing(store, 2, errno.ENOSPC).publish(other, experiment, other_manifest)
    assert left_over(store) == before
    assert open_bundle(store.model_folder(model_id), trust(store)) == manifest


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no small file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def publish_for_ever(store: Store, experiment: str, kept: list[str]) -> None:
    for number in itertools.count():
        folder, manifest = staged(store, number)
        kept.append(store.publish(folder, experiment, manifest))


def test_a_disk_that_fills_up_keeps_what_was_acknowledged(small_disk: Path) -> None:
    with Store.open(small_disk / "home") as store:
        experiment = new_experiment(store)
        (small_disk / "ballast").write_bytes(bytes(300_000))
        kept: list[str] = []
        with pytest.raises(DiskFull):
            publish_for_ever(store, experiment, kept)
        (small_disk / "ballast").unlink()
        assert {record.id for record in store.models()} == set(kept)
        assert len(list(store.files.models.iterdir())) == len(kept) > 3
        for model_id in kept:
            open_bundle(store.model_folder(model_id), trust(store))
        folder, manifest = staged(store, 5000)
        store.publish(folder, experiment, manifest)


def test_a_limit_on_file_sizes_is_told_as_a_full_disk(store: Store, experiment: str) -> None:
    program = (
        "import sys; from pathlib import Path; from phantom_ml.store import Store\n"
        "from tests.store.stores import staged\n"
        "import tests.store.stores as stores\n"
        "stores.COMMON = bytes(100); store = Store.open(Path(sys.argv[1]))\n"
        "folder, manifest = staged(store); mine = folder.parent.parent / 'mine'\n"
        "folder.rename(mine); import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))\n"
        "try: store.publish(mine, None, manifest)\n"
        "except Exception as error: print(type(error).__name__)"
    )
    command = [sys.executable, "-c", program, str(store.home)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert answer.stdout.strip() == "DiskFull", answer.stderr
    assert left_over(store) == []
    assert store.models() == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
