"""Manifest: what a bundle holds, part by part, as canonical JSON (sorted keys, UTF-8, no NaN)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from pydantic import Field, ValidationError, field_validator

from phantom_ml.config import Settings
from phantom_ml.errors import BundleDamaged, BundleVersion

#: The formats that are read. Of format 2 are bundles with a learner whose state version 1 would read wrongly:
#: programs that know format 1 alone do not look at the versions of learners.
FORMATS = (1, 2)
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
MAX_PARTS = 10_000
MAX_PATH = 400

# A segment starts with no dot: neither "..", nor hidden files, nor drafts can be a part.
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.=+-]*(/[A-Za-z0-9_][A-Za-z0-9_.=+-]*)*", re.ASCII)


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value; raises ValueError for NaN and infinity.

    Examples
    --------
    >>> canonical({"b": 1, "a": [1.5, "ü"]}).decode()
    '{"a":[1.5,"ü"],"b":1}'
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def is_part_path(path: str) -> bool:
    """Return whether ``path`` may name a part: relative, POSIX, plain characters, no way out.

    Examples
    --------
    >>> [is_part_path(p) for p in ("learners/3/model.txt", "../x", "/x", "a//b", "manifest.sig")]
    [True, False, False, False, False]
    """
    plain = len(path) <= MAX_PATH and _PATH.fullmatch(path) is not None
    return plain and path not in (MANIFEST, SIGNATURE)


class Part(Settings):
    """One file of a bundle."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, description="Bytes.")


class Manifest(Settings):
    """What a bundle is and holds; it never changes, and its digest is the model's identity."""

    format_version: int = FORMATS[0]
    created: str = Field(max_length=64, description="ISO 8601, with its offset from UTC.")
    spec: dict[str, Any] = Field(description="The graph of the model; opaque here.")
    card: dict[str, Any] = Field(
        description="Scores, configuration, data fingerprint, versions, seed; opaque here."
    )
    parts: dict[str, Part] = Field(max_length=MAX_PARTS, description="Relative POSIX path to file.")

    @field_validator("parts")
    @classmethod
    def _paths_stay_inside(cls, parts: dict[str, Part]) -> dict[str, Part]:
        wrong = next((path for path in parts if not is_part_path(path)), None)
        if wrong is not None:
            raise ValueError(f"{wrong!r} cannot be the path of a part")
        return parts

    def to_bytes(self) -> bytes:
        """Return the canonical JSON, the very bytes that are signed."""
        return canonical(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON, 64 hex digits."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def total_bytes(self) -> int:
        """Return the size of all parts together."""
        return sum(part.size for part in self.parts.values())

    @classmethod
    def read(cls, raw: bytes) -> Manifest:
        """Return the manifest in ``raw``, whose signature was checked before.

        Raises
        ------
        BundleVersion
            It is of a format that this version does not know.
        BundleDamaged
            It is no manifest.
        """
        try:
            values = json.loads(raw)
            _known_version(values)
            return cls.model_validate(values)
        except (ValueError, RecursionError) as error:
            raise BundleDamaged(
                f"The bundle's {MANIFEST} is no manifest: {_first(error)}.",
                "Export the model again, or use another copy.",
            ) from None


def _known_version(values: Any) -> None:
    version = values.get("format_version") if isinstance(values, dict) else None
    if version is None:
        raise ValueError("it states no format_version")
    # True and 1.0 equal 1, but no program has written them.
    if type(version) is not int:
        raise ValueError(f"its format_version is no whole number: {version!r:.20}")
    if version not in FORMATS:
        raise BundleVersion(
            f"The bundle is of format {version}; this version reads formats up to {FORMATS[-1]}.",
            "Use the Phantom ML version that wrote it, or train and export the model again.",
        )


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
    return str(error)[:200]
