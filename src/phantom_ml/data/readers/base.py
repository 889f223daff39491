"""What a reader promises: it recognises a format by content, and turns files into one table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from phantom_ml.data.files.source import ReadOptions, SourceFile
from phantom_ml.registry import Registry

__all__ = ["Head", "Parsed", "ReadOptions", "Reader", "SourceFile", "readers"]


@dataclass(frozen=True)
class Head:
    """The beginning of a file.

    Attributes
    ----------
    raw : bytes
        Up to 64 KiB.
    text : str
        The same, decoded as well as it can be, without a byte order mark.
    suffix : str
        As of SourceFile.
    """

    raw: bytes
    text: str
    suffix: str


@dataclass(frozen=True)
class Parsed:
    """What a reader left in its folder.

    Attributes
    ----------
    rows : Path
        One Parquet file with the rows in order.
    n_rows : int
    details : dict
        What was found by looking.
    warnings : tuple of str
    skipped_lines : int
    repeated : tuple of str
        Names that more than one column of a file bore.
    """

    rows: Path
    n_rows: int
    details: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    skipped_lines: int = 0
    repeated: tuple[str, ...] = ()


class Reader(ABC):
    """Reads files of one format."""

    name: ClassVar[str]

    @abstractmethod
    def recognises(self, head: Head) -> float:
        """Return how sure it is that the file is its own, 0 (not at all) to 1."""

    def is_table(self, head: Head, options: ReadOptions) -> bool:
        """Return whether a file that it recognises is a table, asked where no name says so."""
        return True

    @abstractmethod
    def parse(self, files: Sequence[SourceFile], options: ReadOptions, folder: Path) -> Parsed:
        """Return the rows of all files as one table, in the order of the files.

        Raises
        ------
        DataError
            The content cannot be read as a table.
        """


readers: Registry[type[Reader]] = Registry("reader", "phantom_ml.data.readers")
