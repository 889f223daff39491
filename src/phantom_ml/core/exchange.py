"""Models out of a home and into another, as folders or single files."""

from __future__ import annotations

import shutil
from pathlib import Path

from phantom_ml.core.models import load_bundle
from phantom_ml.errors import BadSetting, SourceNotFound
from phantom_ml.model.archive import pack, unpack
from phantom_ml.model.bundle import open_bundle, seal
from phantom_ml.model.signing import SigningKey, Trust
from phantom_ml.store.records import ModelRecord
from phantom_ml.store.store import Store

SUFFIX = ".phantom"


def export_model(store: Store, key: SigningKey, model_id: str, path: Path) -> Path:
    """Write a kept model to ``path``, alerting as it does now.

    A model whose line of alert was moved is sealed again, by the key of this home, whoever signed
    it before: nobody else has said where the line lies now.

    Raises
    ------
    BadSetting
        Something is there already.
    BundleDamaged
        A model to be sealed again is not the one that was signed.
    """
    path = path.expanduser()
    if path.exists():
        raise BadSetting(f"{str(path)!r} is there already.", "Name a path that is free.")
    path.parent.mkdir(parents=True, exist_ok=True)
    record, folder = store.model(model_id), store.model_folder(model_id)
    if record.threshold is None:
        _write(folder, path)
        return path
    staged = store.stage()
    try:
        _seal_again(folder, staged, record, key)
        _write(staged, path)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return path


def _write(folder: Path, path: Path) -> None:
    if path.suffix == SUFFIX:
        pack(folder, path)
    else:
        shutil.copytree(folder, path)


def _seal_again(folder: Path, staged: Path, record: ModelRecord, key: SigningKey) -> None:
    """Put a copy of a model with its present line of alert into ``staged``, signed by ``key``."""
    shutil.copytree(folder, staged, dirs_exist_ok=True, symlinks=True)
    # The copy is checked, for it is what will be signed.
    manifest = open_bundle(staged, Trust(key.fingerprint, (record.signed_by,)))
    spec = {**manifest.spec, "threshold": record.threshold}
    before = {"model_id": record.id, "signed_by": record.signed_by}
    seal(staged, spec, {**manifest.card, "sealed_again": before}, key, manifest.created)


def import_model(store: Store, trust: Trust, path: Path) -> str:
    """Keep an exported model; raises BundleUntrusted, BundleDamaged or BundleVersion before it is used."""
    path = path.expanduser()
    if not path.exists():
        raise SourceNotFound(
            f"There is no model at {str(path)!r}.", "Name a folder or a .phantom file."
        )
    staged = store.stage()
    try:
        if path.is_dir():
            shutil.copytree(path, staged, dirs_exist_ok=True, symlinks=True)
        else:
            unpack(path, staged, trust)
        manifest, _ = load_bundle(staged, trust)
        return store.publish(staged, None, manifest)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
