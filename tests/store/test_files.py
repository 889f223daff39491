import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from phantom_ml.model.bundle import open_bundle
from phantom_ml.store import Store, files, sweep
from phantom_ml.store.owner import is_dead, owner_name
from tests.store.stores import left_over, staged, trust


def test_the_row_is_written_after_all_files_are_synced_and_named(
    store: Store, experiment: str
) -> None:
    steps: list[str] = []
    heard = Store(store.home, store.ledger, replace(store.files, reached=steps.append))
    folder, manifest = staged(store)
    heard.publish(folder, experiment, manifest)
    assert steps == ["checked", "part", "part", "synced", "named", "committed"]


def test_published_files_are_read_only(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    place = store.model_folder(store.publish(folder, experiment, manifest))
    assert {p.stat().st_mode & 0o777 for p in place.rglob("*") if p.is_file()} == {0o400}


def test_without_hard_links_a_model_is_kept_all_the_same(
    store: Store, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    assert open_bundle(store.model_folder(model_id), trust(store)) == manifest


def test_a_sweep_leaves_a_living_store_alone(store: Store, experiment: str) -> None:
    folder, manifest = staged(store, 0)
    model_id = store.publish(folder, experiment, manifest)
    under_way, _ = staged(store, 1)
    before = left_over(store)
    assert store.sweep() == 0
    assert left_over(store) == before
    assert under_way.exists()
    open_bundle(store.model_folder(model_id), trust(store))


def a_day_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = time.time() + 90_000
    monkeypatch.setattr(sweep.time, "time", lambda: tomorrow)


def test_a_sweep_a_day_later_keeps_models_with_their_blobs(
    store: Store, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, manifest = staged(store)
    store.publish(folder, experiment, manifest)
    before = left_over(store)
    a_day_passes(monkeypatch)
    assert store.sweep() == 0
    assert left_over(store) == before


def test_a_model_without_a_row_goes_after_a_day_with_its_blobs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, manifest = staged(store)
    store.files.publish(folder, manifest, "lightgbm-0")
    assert store.sweep() == 0
    a_day_passes(monkeypatch)
    assert store.sweep() == 3
    assert left_over(store) == []


def test_staging_older_than_a_day_goes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = staged(store)
    a_day_passes(monkeypatch)
    assert store.sweep() == 1
    assert not folder.exists()


def test_a_later_process_of_the_same_number_is_another() -> None:
    world, pid, started = owner_name().split("-")
    assert is_dead(f"{world}-{pid}-{int(started) - 1}")
    assert not is_dead(f"{world}-{pid}-{started}")


def test_ten_megabytes_are_published_quickly(store: Store, experiment: str) -> None:
    from phantom_ml.model.bundle import seal
    from phantom_ml.model.signing import SigningKey
    from tests.store.stores import CREATED

    key = SigningKey.load_or_create(store.keys_folder)
    seconds = []
    for _ in range(3):
        folder = store.stage()
        for number in range(10):
            (folder / f"part-{number}").write_bytes(os.urandom(1 << 20))
        manifest = seal(folder, {}, {}, key, CREATED)
        start = time.perf_counter()
        store.publish(folder, experiment, manifest)
        seconds.append(time.perf_counter() - start)
    # 30 ms on an idle disk; the bound is wide, for the disk may be busy.
    assert min(seconds) < 1.0


def test_a_link_is_replaced_in_one_step(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1"), other.write_text("2")
    files._link_over(one, other)
    assert other.samefile(one)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "other"]
