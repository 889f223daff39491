"""A small sealed bundle for the tests of this room."""

from pathlib import Path

from phantom_ml.model.bundle import seal
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.signing import SigningKey, Trust

CREATED = "2026-01-02T03:04:05+00:00"
PARTS = {
    "encoder/state.json": b'{"columns": ["a", "b"]}',
    "learners/0/fold-0/model.txt": b"tree\n" * 60,
    "learners/0/learner.json": b'{"algorithm": "LightGBM"}',
    "golden.npz": bytes(range(256)),
}


def write_parts(folder: Path) -> Path:
    for path, content in PARTS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def sealed(folder: Path, key: SigningKey) -> Manifest:
    write_parts(folder)
    card = {"algorithm": "LightGBM", "metric": "log_loss", "score": 0.25}
    return seal(folder, {"task": "classification"}, card, key, CREATED)


def own(key: SigningKey) -> Trust:
    return Trust(own=key.fingerprint)
