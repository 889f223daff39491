"""Reading the parts of a bundle: whatever is malformed in one is told as damage, with the part's name."""

from __future__ import annotations

import tokenize
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
from pydantic import ValidationError
from safetensors import SafetensorError

from phantom_ml.errors import BundleDamaged, DataError
from phantom_ml.model.bundle import AGAIN

#: What readers raise for content that nothing could have written. JSON, pydantic and NumPy raise ValueErrors,
#: NumPy an EOFError for no bytes and a TokenError for a header; polars panics at some bytes; a DataError tells
#: of golden rows that lack a column. No OSError: a library that cannot be opened and a folder that may not be read
#: are no damage.
MALFORMED = (
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    RecursionError,
    OverflowError,
    SafetensorError,
    zipfile.BadZipFile,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    tokenize.TokenError,
    DataError,
)


@contextmanager
def reading(part: str) -> Iterator[None]:
    """Turn what a reader raises for malformed content into BundleDamaged that names the part.

    Parameters
    ----------
    part : str
        Path of a file or folder in the bundle.

    Raises
    ------
    BundleDamaged

    Examples
    --------
    >>> with reading("encoder"):
    ...     {}["columns"]
    Traceback (most recent call last):
    ...
    phantom_ml.errors.BundleDamaged: The bundle's part 'encoder' cannot be used (KeyError: 'columns'). ...
    """
    try:
        yield
    except BundleDamaged as error:
        told = f"{error.message.rstrip('.')}. It is the bundle's part {part!r}."
        raise BundleDamaged(told, error.hint or AGAIN) from error
    except MALFORMED as error:
        told = f"The bundle's part {part!r} cannot be used ({fault_of(error)})."
        raise BundleDamaged(told, AGAIN) from error


def fault_of(error: BaseException) -> str:
    """Return an error in one short line: of a validation its first fault."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(place) for place in fault['loc'])}: {fault['msg']}"
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}"
