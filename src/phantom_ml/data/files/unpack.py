"""Decompression that is bounded: a bomb is refused before it fills the disk."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from phantom_ml.errors import SourceUnreadable

MAGIC = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst"}
PIECE = 1 << 20
#: Logs shrink 10 to 60 times; DEFLATE cannot pass 1032 times, which only a bomb reaches.
MAX_RATIO = 200
#: Up to this size any ratio is harmless.
FREE_BYTES = 256 << 20


def compression_of(head: bytes) -> str:
    r"""Return ``gz``, ``zst`` or an empty string, by the first bytes.

    Examples
    --------
    >>> compression_of(b"\x1f\x8b\x08")
    'gz'
    """
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), "")


def unpack(path: Path, kind: str, target: Path, free_bytes: int = FREE_BYTES) -> None:
    """Write the content of a compressed file to ``target``.

    Parameters
    ----------
    path : Path
    kind : str
        ``gz`` or ``zst``.
    target : Path
        Written anew.
    free_bytes : int
        Content beyond this is refused where it is over 200 times as large as the file.

    Raises
    ------
    SourceUnreadable
        The file is damaged, cut short, or a bomb.
    """
    from zstandard import ZstdError

    limit = max(free_bytes, MAX_RATIO * path.stat().st_size)
    try:
        with _opened(path, kind) as packed, target.open("wb") as out:
            _copy(packed.read, out, limit, path.name)
    except (EOFError, zlib.error, gzip.BadGzipFile, ZstdError) as error:
        raise SourceUnreadable(
            f"{path.name!r} is damaged or cut short: {error}.", "Make or copy the file again."
        ) from None


def _opened(path: Path, kind: str) -> BinaryIO:
    if kind == "gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    import zstandard

    # A window of 128 MiB is what `zstd --long=27` writes; a larger one is refused by the decoder.
    decoder = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    return decoder.stream_reader(path.open("rb"), read_across_frames=True, closefd=True)


def _copy(read: Callable[[int], bytes], out: BinaryIO, limit: int, name: str) -> None:
    written = 0
    while piece := read(PIECE):
        written += len(piece)
        if written > limit:
            raise SourceUnreadable(
                f"{name!r} unpacks to more than {MAX_RATIO} times its own size.",
                "It may be a decompression bomb. Unpack it yourself if you trust it.",
            )
        out.write(piece)
