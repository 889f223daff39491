"""A store with an experiment, and small models to publish in it."""

from pathlib import Path

from phantom_ml.model.bundle import seal
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.signing import SigningKey, Trust
from phantom_ml.store import Store

CREATED = "2026-01-02T03:04:05+00:00"
COMMON = b"the same encoder in every model" * 100


def new_experiment(store: Store) -> str:
    question = {"target_column": "is_threat"}
    return store.create_experiment(question, "events.csv", "5f1e", "log_loss", "binary").id


def staged(store: Store, number: int = 0, folder: Path | None = None) -> tuple[Path, Manifest]:
    """Return a sealed bundle in staging; models of different numbers differ."""
    folder = folder or store.stage()
    parts = {"encoder/state.json": COMMON, "learners/0/model.txt": b"tree %d\n" % number * 50}
    for path, content in parts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    card = {"algorithm": "LightGBM", "metric": "log_loss", "score": 0.25 + number}
    key = SigningKey.load_or_create(store.keys_folder)
    return folder, seal(folder, {"number": number}, card, key, CREATED)


def trust(store: Store) -> Trust:
    return Trust(own=SigningKey.load_or_create(store.keys_folder).fingerprint)


def left_over(store: Store) -> list[str]:
    """Return all files of the store that are neither of the database, a key nor a lock."""
    roots = [store.home / name for name in ("staging", "models", "blobs")]
    return sorted(
        str(p.relative_to(store.home)) for r in roots for p in r.rglob("*") if p.is_file()
    )
