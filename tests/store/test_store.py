import math
import os
import re
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from phantom_ml.errors import (
    BadSetting,
    BundleDamaged,
    BundleUntrusted,
    ExperimentBusy,
    ExperimentNotFound,
    ModelNotFound,
    StoreError,
    StoreUnusable,
)
from phantom_ml.model.bundle import open_bundle, seal
from phantom_ml.model.manifest import SIGNATURE
from phantom_ml.model.signing import SigningKey
from phantom_ml.model.trial import Trial
from phantom_ml.store import ExperimentStatus, Store
from tests.store.stores import CREATED, left_over, new_experiment, staged, trust


def test_a_new_experiment_runs_and_is_found(store: Store, experiment: str) -> None:
    record = store.experiment(experiment)
    assert record.status is ExperimentStatus.RUNNING
    assert record.config == {"target_column": "is_threat"}
    assert record.id.startswith(f"exp-{record.created:%Y%m%d}-")


def test_a_finished_experiment_keeps_its_result(store: Store, experiment: str) -> None:
    store.update_experiment(experiment, status="done", result={"s": math.inf}, seconds_used=2.5)
    record = store.experiment(experiment)
    assert (record.status, record.result, record.seconds_used) == ("done", {"s": math.inf}, 2.5)


def test_no_result_keeps_the_stored_one(store: Store, experiment: str) -> None:
    store.update_experiment(experiment, status="stopped", result={"best": 1}, seconds_used=1.0)
    store.update_experiment(experiment, status="running", result=None, seconds_used=1.0)
    assert store.experiment(experiment).result == {"best": 1}


def test_experiments_come_newest_first(store: Store) -> None:
    ids = [new_experiment(store) for _ in range(4)]
    assert [record.id for record in store.experiments()] == ids[::-1]


def test_an_unknown_experiment_suggests_the_nearest(store: Store, experiment: str) -> None:
    with pytest.raises(ExperimentNotFound, match=f"Did you mean '{experiment}'"):
        store.experiment(experiment[:-1] + "x")


def test_an_empty_store_says_so(store: Store) -> None:
    with pytest.raises(ModelNotFound, match="There are no models here yet"):
        store.model("lightgbm-1")


def test_a_trial_comes_back_as_it_was(store: Store, experiment: str) -> None:
    trial = Trial(
        number=3, algorithm="LightGBM", settings={"a": 1, "b": 0.1, "c": "x", "d": True},
        score=0.5, fold_scores=(0.4, 0.6), members=("x",), reason="",
    )  # fmt: skip
    store.add_trial(experiment, trial)
    assert store.trials(experiment) == [trial]


def test_a_trial_with_scores_that_are_no_numbers_comes_back(store: Store, experiment: str) -> None:
    trial = Trial(number=0, algorithm="a", score=math.nan, fold_scores=(math.inf, -math.inf))
    store.add_trial(experiment, trial)
    assert repr(store.trials(experiment)) == repr([trial])


def test_a_trial_replaces_the_one_of_its_number(store: Store, experiment: str) -> None:
    for score in (0.1, 0.2):
        store.add_trial(experiment, Trial(number=1, algorithm="a", score=score))
    store.add_trial(experiment, Trial(number=0, algorithm="a"))
    assert [(t.number, t.score) for t in store.trials(experiment)] == [(0, None), (1, 0.2)]


def test_a_trial_of_no_experiment_is_refused(store: Store) -> None:
    with pytest.raises(ExperimentNotFound):
        store.add_trial("exp-1", Trial(number=0, algorithm="a"))


def test_a_published_model_is_complete_and_told(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    record = store.model(model_id)
    assert model_id == f"lightgbm-{manifest.digest[:12]}"
    assert (record.algorithm, record.metric, record.score) == ("LightGBM", "log_loss", 0.25)
    assert (record.experiment_id, record.size_bytes) == (experiment, manifest.total_bytes)
    assert open_bundle(store.model_folder(model_id), trust(store)) == manifest
    assert not folder.exists()


def test_a_copied_model_folder_opens_with_the_store_gone(
    store: Store, experiment: str, tmp_path: Path
) -> None:
    folder, manifest = staged(store)
    trusted = trust(store)
    model_id = store.publish(folder, experiment, manifest)
    copy = shutil.copytree(store.model_folder(model_id), tmp_path / "copy")
    shutil.rmtree(store.home)
    assert open_bundle(copy, trusted) == manifest


def test_publishing_again_changes_nothing(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    before = left_over(store)
    assert store.publish(folder, experiment, manifest) == model_id
    assert store.publish(staged(store)[0], experiment, manifest) == model_id
    assert left_over(store) == before
    assert len(store.models()) == 1


def test_publishing_again_mends_a_damaged_model(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    (store.model_folder(model_id) / "encoder/state.json").unlink()
    store.publish(staged(store)[0], experiment, manifest)
    assert open_bundle(store.model_folder(model_id), trust(store)) == manifest


def test_equal_parts_of_two_models_lie_on_the_disk_once(store: Store, experiment: str) -> None:
    ids = [store.publish(*_swapped(staged(store, n), experiment)) for n in range(2)]
    files = [store.model_folder(i) / "encoder/state.json" for i in ids]
    assert files[0].samefile(files[1])
    assert files[0].stat().st_nlink == 3


def _swapped(pair: tuple, experiment: str) -> tuple:
    return pair[0], experiment, pair[1]


def test_a_damaged_blob_is_not_shared(store: Store, experiment: str) -> None:
    store.publish(*_swapped(staged(store, 0), experiment))
    _, manifest = pair = staged(store, 1)
    digest = manifest.parts["encoder/state.json"].sha256
    blob = store.files.blobs / digest[:2] / digest
    blob.chmod(0o600)
    blob.write_bytes(b"rotten")
    model_id = store.publish(*_swapped(pair, experiment))
    assert open_bundle(store.model_folder(model_id), trust(store)) == manifest


def test_a_bundle_from_elsewhere_is_copied(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    folder, manifest = staged(store, folder=tmp_path / "mine")
    model_id = store.publish(folder, None, manifest)
    assert open_bundle(folder, trust(store)) == open_bundle(
        store.model_folder(model_id), trust(store)
    )
    assert store.model(model_id).experiment_id is None


def test_a_folder_that_is_not_its_manifest_is_refused(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    (folder / "encoder/state.json").write_bytes(b"changed")
    with pytest.raises(BundleDamaged):
        store.publish(folder, experiment, manifest)
    assert left_over(store) == []
    assert store.models() == []


def test_a_manifest_of_another_folder_is_refused(store: Store, experiment: str) -> None:
    folder, _ = staged(store, 0)
    with pytest.raises(BundleDamaged, match="is another one"):
        store.publish(folder, experiment, staged(store, 1)[1])
    assert store.models() == []


def test_an_unsigned_folder_is_refused(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    (folder / SIGNATURE).unlink()
    with pytest.raises(BundleUntrusted):
        store.publish(folder, experiment, manifest)


def test_a_model_of_no_experiment_is_refused(store: Store) -> None:
    with pytest.raises(ExperimentNotFound):
        store.publish(staged(store)[0], "exp-1", staged(store)[1])


def test_two_models_of_one_id_are_not_confused(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    with pytest.raises(StoreError, match="Another model has the id"):
        store.ledger.add_model(store.model(model_id), "0" * 64)


def test_the_key_that_signed_is_told(store: Store, experiment: str, tmp_path: Path) -> None:
    folder, _ = staged(store)
    other = SigningKey.load_or_create(tmp_path / "other")
    manifest = seal(folder, {}, {}, other, CREATED)
    model_id = store.publish(folder, experiment, manifest)
    assert store.model(model_id).signed_by == other.fingerprint
    assert model_id.startswith("m-")


def test_a_threshold_lies_beside_the_bundle(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    store.set_threshold(model_id, {"value": 0.9, "policy": {"max_fpr": 0.001}})
    assert store.model(model_id).threshold == {"value": 0.9, "policy": {"max_fpr": 0.001}}
    assert open_bundle(store.model_folder(model_id), trust(store)) == manifest
    store.set_threshold(model_id, None)
    assert store.model(model_id).threshold is None


def test_an_unknown_model_suggests_the_nearest(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    with pytest.raises(ModelNotFound, match=f"Did you mean '{model_id}'"):
        store.set_threshold(model_id[:-1] + "x", {})


@pytest.mark.parametrize("model_id", [3, None, ["a"]])
def test_an_id_that_is_no_text_is_told(store: Store, model_id: object) -> None:
    with pytest.raises(
        ModelNotFound, match=re.escape(f"No model is called {model_id!r}: an id is text.")
    ):
        store.model(model_id)


@pytest.mark.parametrize("model_id", ["../keys", "/etc", "", ".", "a' OR 1=1 --"])
def test_an_id_that_is_a_path_finds_nothing(store: Store, model_id: str) -> None:
    with pytest.raises(ModelNotFound):
        store.model_folder(model_id)


def test_a_model_whose_folder_is_gone_is_damaged(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    model_id = store.publish(folder, experiment, manifest)
    shutil.rmtree(store.model_folder(model_id))
    with pytest.raises(BundleDamaged, match="is gone"):
        store.model_folder(model_id)


def test_a_worker_thread_may_publish(store: Store, experiment: str) -> None:
    pairs = [staged(store, number) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda pair: store.publish(*_swapped(pair, experiment)), pairs))
    assert ids == {record.id for record in store.models()}
    assert len(ids) == 8


def test_threads_may_publish_the_same_model_at_once(store: Store, experiment: str) -> None:
    pairs = [staged(store) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda pair: store.publish(*_swapped(pair, experiment)), pairs))
    assert ids == {record.id for record in store.models()}
    assert open_bundle(store.model_folder(ids.pop()), trust(store)) == pairs[0][1]


def test_a_run_folder_is_made_and_cleared(store: Store, experiment: str) -> None:
    folder = store.run_folder(experiment)
    (folder / "log").write_text("x")
    assert store.run_folder(experiment) == folder
    store.clear_run(experiment)
    assert not folder.exists()


def test_an_experiment_is_worked_on_by_one(store: Store, experiment: str) -> None:
    with (
        store.lock_experiment(experiment),
        pytest.raises(ExperimentBusy, match=str(os.getpid())),
        store.lock_experiment(experiment),
    ):
        pass


def test_a_freed_experiment_can_be_taken_again(store: Store, experiment: str) -> None:
    for _ in range(2):
        with store.lock_experiment(experiment):
            store.clear_run(experiment)
    assert not (store.home / "runs" / experiment).exists()


def test_the_lock_of_a_killed_process_is_free(store: Store, experiment: str) -> None:
    program = (
        "import os, sys; from pathlib import Path; from phantom_ml.store import Store\n"
        "with Store.open(Path(sys.argv[1])).lock_experiment(sys.argv[2]): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(store.home), experiment], check=False)
    with store.lock_experiment(experiment):
        pass


def test_all_folders_are_private(store: Store, experiment: str) -> None:
    folder, manifest = staged(store)
    store.publish(folder, experiment, manifest)
    store.run_folder(experiment)
    folders = [
        store.home,
        *(p for p in store.home.rglob("*") if p.is_dir() and "models" not in p.parts),
    ]
    assert {stat.S_IMODE(p.stat().st_mode) for p in folders} == {0o700}


def test_an_empty_home_is_made_private(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o777)
    (tmp_path / "home").chmod(0o777)
    Store.open(tmp_path / "home").close()
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_home_that_others_may_write_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path / "home").close()
    (tmp_path / "home").chmod(0o770)
    with pytest.raises(StoreUnusable, match="chmod 700"):
        Store.open(tmp_path / "home")


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(StoreUnusable, match="home"):
        Store.open(tmp_path / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to become")
def test_a_home_of_another_user_is_told(tmp_path: Path) -> None:
    Store.open(tmp_path / "home").close()
    tmp_path.chmod(0o755)
    program = (
        "import os, sys; from pathlib import Path; from phantom_ml.store import Store\n"
        "import phantom_ml.store.ledger, phantom_ml.store.database, sqlite3, pysqlite3.dbapi2\n"
        "import sqlalchemy.dialects.sqlite.pysqlite\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: Store.open(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "home")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == "StoreUnusable", answer.stderr


def test_a_url_that_is_none_is_a_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="names no database"):
        Store.open(tmp_path / "home", "nonsense")


def test_a_url_may_name_another_file(tmp_path: Path) -> None:
    with Store.open(tmp_path / "home", f"sqlite:///{tmp_path / 'other.db'}") as store:
        new_experiment(store)
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "home" / "phantom.db").exists()


def test_the_store_stays_out_of_light_imports() -> None:
    program = "import sys, phantom_ml.store; print('sqlalchemy' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
