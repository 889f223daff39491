"""The files of a store: staging, blobs by hash, complete model folders, run folders.

A model's folder is built in staging, synced, and takes its name by one rename, so it is there whole
or not at all. Its files are hard links to blobs: equal parts of two models lie on the disk once. A
model is read without its blobs, so a lost or collected blob costs space and never a model.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from phantom_ml.errors import BundleDamaged
from phantom_ml.model.bundle import check_parts, sha256_of
from phantom_ml.model.durable import disk_faults, sync_file, sync_folder
from phantom_ml.model.manifest import MANIFEST, SIGNATURE, Manifest
from phantom_ml.store.owner import owner_name

#: Where hard links do not work, or a file has as many as it can have: the part stays a plain file.
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS})


def _unheard(step: str) -> None:
    """Hear of a step, and do nothing: tests put faults here."""


@dataclass(frozen=True)
class Files:
    """The folders below a store's home.

    Attributes
    ----------
    home : Path
    reached : callable of str
        Told the name of each step of a publication after it is done.
    """

    home: Path
    reached: Callable[[str], None] = _unheard

    @property
    def staging(self) -> Path:
        """Return where models are built."""
        return self.home / "staging"

    @property
    def models(self) -> Path:
        """Return where complete models lie."""
        return self.home / "models"

    @property
    def blobs(self) -> Path:
        """Return where parts lie by hash."""
        return self.home / "blobs" / "sha256"

    def make(self) -> None:
        """Make all folders, private to their owner."""
        others = (self.home / "runs", self.home / "locks")
        for folder in (self.staging, self.models, self.blobs.parent, self.blobs, *others):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def stage(self) -> Path:
        """Return a new, empty folder in staging."""
        folder = self.staging / f"{owner_name()}-{secrets.token_hex(4)}"
        with disk_faults(folder):
            folder.mkdir(mode=0o700)
        return folder

    def publish(self, staged: Path, manifest: Manifest, model_id: str) -> bool:
        """Move a sealed bundle to its place; on any error nothing of it stays.

        Parameters
        ----------
        staged : Path
            A folder that ``stage`` gave; it is moved. One from elsewhere is copied.
        manifest : Manifest
            What lies in it.
        model_id : str

        Returns
        -------
        bool
            Whether its place was free before.
        """
        final = self.models / model_id
        if not staged.exists() and final.exists():
            check_parts(final, manifest)
            return False
        with disk_faults(self.home):
            is_ours = staged.parent == self.staging
            folder = staged if is_ours else self.stage()
            try:
                if not is_ours:
                    _copy(staged, folder, manifest)
                self._settle(folder, manifest)
                return self._take_name(folder, final, manifest)
            except BaseException:
                self._discard(folder, manifest)
                raise

    def withdraw(self, model_id: str, manifest: Manifest) -> None:
        """Remove a model whose row could not be written, and the blobs that only it had."""
        self._discard(self.models / model_id, manifest)

    def _settle(self, folder: Path, manifest: Manifest) -> None:
        """Check every byte, and put it on the disk once."""
        _check(folder, manifest)
        self.reached("checked")
        for name in (MANIFEST, SIGNATURE):
            _sync_for_reading(folder / name)
        for path, part in manifest.parts.items():
            self._settle_part(folder / path, part.sha256)
            self.reached("part")
        for parent, _, _ in os.walk(folder, topdown=False):
            sync_folder(Path(parent))
        self.reached("synced")

    def _settle_part(self, file: Path, digest: str) -> None:
        blob = self._blob(digest)
        try:
            if _is_linked(blob, file, digest):
                return
            _sync_for_reading(file)
            blob.parent.mkdir(mode=0o700, exist_ok=True)
            # Over a damaged blob as well. Its folder is not synced: no model is read through it.
            _link_over(file, blob)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            _sync_for_reading(file)

    def _take_name(self, folder: Path, final: Path, manifest: Manifest) -> bool:
        is_free = True
        try:
            folder.rename(final)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            is_free = False
            self._keep_or_replace(folder, final, manifest)
        sync_folder(self.models)
        self.reached("named")
        return is_free

    def _keep_or_replace(self, folder: Path, final: Path, manifest: Manifest) -> None:
        """Settle on one of two folders of the same model: the old one, unless it is damaged."""
        try:
            _check(final, manifest)
        except BundleDamaged:
            final.rename(self.stage() / "damaged")
            folder.rename(final)
            return
        shutil.rmtree(folder, ignore_errors=True)

    def _discard(self, folder: Path, manifest: Manifest) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        for part in manifest.parts.values():
            blob = self._blob(part.sha256)
            if blob.exists() and blob.stat().st_nlink == 1:
                blob.unlink(missing_ok=True)

    def _blob(self, digest: str) -> Path:
        return self.blobs / digest[:2] / digest


def _check(folder: Path, manifest: Manifest) -> None:
    if sha256_of(folder / MANIFEST) != manifest.digest:
        raise BundleDamaged(
            f"The manifest in {str(folder)!r} is another one.", "Publish what seal returned."
        )
    check_parts(folder, manifest)


def _copy(source: Path, target: Path, manifest: Manifest) -> None:
    _check(source, manifest)
    for path in (MANIFEST, SIGNATURE, *manifest.parts):
        (target / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path, follow_symlinks=False)


def _is_linked(blob: Path, file: Path, digest: str) -> bool:
    """Return whether ``file`` is now a link to a sound blob; False where there is none."""
    try:
        if sha256_of(blob) != digest:
            return False
        _link_over(blob, file)
    except (BundleDamaged, FileNotFoundError):
        return False
    return True


def _sync_for_reading(file: Path) -> None:
    file.chmod(0o400)
    sync_file(file)


def _link_over(source: Path, target: Path) -> None:
    """Make ``target`` a hard link to ``source`` in one step, whatever was there."""
    if target.exists() and target.samefile(source):
        return
    draft = target.with_name(f".{target.name[:64]}.{secrets.token_hex(4)}.draft")
    draft.hardlink_to(source)
    try:
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
