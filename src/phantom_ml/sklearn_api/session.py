"""The home that an estimator's model lives in: the user's, or one that goes when the estimator goes."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

from phantom_ml.core import PhantomMLCore
from phantom_ml.model.bundle import read_signature

ARCHIVE = "model.phantom"


@dataclass(frozen=True)
class Sealed:
    """A model as bytes, to travel with its estimator.

    Attributes
    ----------
    archive : bytes
        A signed bundle as one file.
    signer : str
        Fingerprint of the key that signed it; whoever hands over the estimator vouches for it.
    """

    archive: bytes
    signer: str


def open_core(home: str | Path | None, trust: tuple[str, ...] = ()) -> PhantomMLCore:
    """Return the core of a home, or of a temporary one that is removed with the core."""
    if home is not None:
        return PhantomMLCore(home, trust=trust)
    folder = tempfile.mkdtemp(prefix="phantom-")
    core = PhantomMLCore(folder, trust=trust)
    weakref.finalize(core, shutil.rmtree, folder, ignore_errors=True)
    return core


def seal_model(core: PhantomMLCore, model_id: str) -> Sealed:
    """Return a model of a home as bytes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = core.export_model(model_id, Path(scratch) / "folder")
        file = core.export_model(model_id, Path(scratch) / ARCHIVE)
        return Sealed(file.read_bytes(), read_signature(folder).key_id)


def unseal_model(sealed: Sealed) -> tuple[PhantomMLCore, str]:
    """Return a temporary home with the model, and its id there; every check of a bundle is made."""
    core = open_core(None, trust=(sealed.signer,))
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / ARCHIVE
        file.write_bytes(sealed.archive)
        return core, core.import_model(file)
