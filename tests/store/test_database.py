import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from phantom_ml.errors import StoreUnusable
from phantom_ml.model.trial import Trial
from phantom_ml.store import Store, sqlite
from tests.store.stores import new_experiment

WRITER = """
import sys
from pathlib import Path
from phantom_ml.model.trial import Trial
from phantom_ml.store import Store, sqlite
if sys.argv[3] == "TRUNCATE":
    sqlite.journal_mode = lambda module, home: "TRUNCATE"
store = Store.open(Path(sys.argv[1]))
start = int(sys.argv[4])
for number in range(start, start + 15):
    store.add_trial(sys.argv[2], Trial(number=number, algorithm="a"))
    store.experiments()
"""


def pragma(store: Store, name: str) -> object:
    with store.ledger.database.reading() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


@pytest.mark.parametrize("mode", ["WAL", "TRUNCATE"])
def test_three_writers_at_once_are_never_locked_out(
    tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "journal_mode", lambda module, home: mode)
    with Store.open(tmp_path / "home") as store:
        experiment = new_experiment(store)
        arguments = [sys.executable, "-c", WRITER, str(store.home), experiment, mode]
        commands = [[*arguments, str(start)] for start in (0, 15, 30)]
        children = [subprocess.Popen(c, stderr=subprocess.PIPE, text=True) for c in commands]
        faults = [child.communicate(timeout=120)[1] for child in children]
        assert faults == ["", "", ""]
        assert [trial.number for trial in store.trials(experiment)] == list(range(45))


def test_processes_that_open_a_new_home_at_once_all_succeed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from phantom_ml.store import Store\n"
        "Store.open(Path(sys.argv[1])).create_experiment({}, 'x', 'y', 'z', 'binary')"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "home")]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [child.communicate(timeout=120)[1] for child in children] == [""] * 4
    with Store.open(tmp_path / "home") as store:
        assert len(store.experiments()) == 4


def test_commits_are_synced_and_keys_are_held(store: Store) -> None:
    names = ("synchronous", "foreign_keys", "busy_timeout", "trusted_schema")
    assert [pragma(store, name) for name in names] == [2, 1, 30_000, 0]


def test_the_journal_fits_the_library_and_the_disk(store: Store) -> None:
    module = sqlite.sqlite_module()
    expected = sqlite.journal_mode(module, store.home)
    assert pragma(store, "journal_mode") == expected.lower()
    if sqlite.wal_is_sound(module.sqlite_version_info):
        assert expected == "WAL"


def test_a_faulty_library_gets_no_write_ahead_log(tmp_path: Path) -> None:
    faulty = type(sqlite3)("faulty")
    faulty.sqlite_version_info = (3, 51, 2)  # type: ignore[attr-defined]
    assert sqlite.journal_mode(faulty, tmp_path) == "TRUNCATE"


def test_a_network_disk_gets_no_write_ahead_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "is_on_network", lambda folder: True)
    with Store.open(tmp_path / "home") as store:
        assert pragma(store, "journal_mode") == "truncate"


def test_a_local_disk_is_not_taken_for_the_network(tmp_path: Path) -> None:
    assert not sqlite.is_on_network(tmp_path)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux")
def test_the_kind_of_a_file_system_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    proc_magic = 0x9FA0
    monkeypatch.setattr(sqlite, "_NETWORK", frozenset({proc_magic}))
    assert sqlite.is_on_network(Path("/proc"))
    assert not sqlite.is_on_network(Path("/sys"))


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "home") as store,
        store.ledger.database.writing() as connection,
    ):
        connection.exec_driver_sql("UPDATE schema SET version = 9, minimum_reader = 7")
    with pytest.raises(StoreUnusable, match="asks for schema 7") as caught:
        Store.open(tmp_path / "home")
    assert "pip install --upgrade phantom-ml" in caught.value.hint


def test_a_newer_schema_that_old_readers_may_read_is_read(tmp_path: Path) -> None:
    with Store.open(tmp_path / "home") as store:
        with store.ledger.database.writing() as connection:
            connection.exec_driver_sql("UPDATE schema SET version = 9")
        new_experiment(store)
    with Store.open(tmp_path / "home") as store:
        assert len(store.experiments()) == 1


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "phantom.db").write_bytes(b"I am a text, not a database. " * 100)
    with pytest.raises(StoreUnusable, match=r"phantom\.db cannot be used: file is not a database"):
        Store.open(tmp_path / "home")


def test_a_damaged_database_is_told(store: Store) -> None:
    experiment = new_experiment(store)
    for number in range(50):
        store.add_trial(experiment, Trial(number=number, algorithm="a" * 200))
    store.close()
    file = store.home / "phantom.db"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreUnusable, match="cannot be used"), Store.open(store.home) as again:
        again.trials(experiment)


def test_a_store_in_a_forked_child_opens_its_own_connection(store: Store, tmp_path: Path) -> None:
    experiment = new_experiment(store)
    program = (
        "import os, sys; from pathlib import Path\n"
        "from phantom_ml.model.trial import Trial; from phantom_ml.store import Store\n"
        "store = Store.open(Path(sys.argv[1])); store.experiments(); child = os.fork()\n"
        "store.add_trial(sys.argv[2], Trial(number=int(child == 0), algorithm='a'))\n"
        "os._exit(0) if child == 0 else os.waitpid(child, 0)"
    )
    subprocess.run([sys.executable, "-c", program, str(store.home), experiment], check=True)
    assert [trial.number for trial in store.trials(experiment)] == [0, 1]
