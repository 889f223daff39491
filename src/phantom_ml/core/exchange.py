"""Models out of a home and into another, as folders or single files."""

from __future__ import annotations

import shutil
from pathlib import Path

from phantom_ml.core.models import load_bundle
from phantom_ml.errors import BadSetting, SourceNotFound
from phantom_ml.model.archive import pack, unpack
from phantom_ml.model.signing import Trust
from phantom_ml.store.store import Store

SUFFIX = ".phantom"


def export_model(folder: Path, path: Path) -> Path:
    """Write a kept bundle to ``path``; raises BadSetting where something is there already."""
    path = path.expanduser()
    if path.exists():
        raise BadSetting(f"{str(path)!r} is there already.", "Name a path that is free.")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == SUFFIX:
        pack(folder, path)
    else:
        shutil.copytree(folder, path)
    return path


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
