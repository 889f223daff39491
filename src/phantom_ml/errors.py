"""Every error that is raised on purpose, drawn as a tree.

PhantomError
├── DataError            the table is not what the task needs
│   ├── SourceNotFound, SourceUnreadable, SourceEmpty, ParserCrashed
│   ├── EncodingWrong, RowsRagged, HeaderWrong, TooManyColumns
│   ├── ColumnMissing, TypeUnsafe
│   └── TargetMissing, TargetUnusable
├── ConfigError          a setting cannot be right
│   └── BadSetting, UnknownName, ExtraMissing
├── SearchError          the search found nothing
│   └── NoTrialSucceeded, BudgetTooSmall
├── ModelError           a model file is not to be used
│   └── BundleDamaged, BundleUntrusted, BundleVersion
├── StoreError           the store lacks it, or cannot keep it
│   └── ModelNotFound, ExperimentNotFound, StoreUnusable, DiskFull, ExperimentBusy
├── ProcessError         a child process ended badly
│   └── ChildTimeout, ChildOutOfMemory, ChildCrashed, ChildFailed, ChildStopped
└── LibraryError         the library of an algorithm raised; the message is its own
    └── FitRefused

Each says what is wrong with the value in it, what was expected, and what to do next. ``code`` is
stable and dotted: logs, the server and the documentation refer to it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import ClassVar


class PhantomError(Exception):
    """The root: something that a person can mend, told in words.

    Parameters
    ----------
    message : str
        What is wrong, with the value in it.
    hint : str
        What was expected and what to do next.

    Examples
    --------
    >>> error = PhantomError("The budget is 0 s.", "Give at least 1 s.")
    >>> str(error), error.code
    ('The budget is 0 s. Give at least 1 s.', 'phantom')
    """

    code: ClassVar[str] = "phantom"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class DataError(PhantomError):
    """The table is not what the task needs."""

    code = "data"


class SourceNotFound(DataError):
    """No file lies where the data was said to be."""

    code = "data.source-not-found"


class SourceUnreadable(DataError):
    """The file is there, but cannot be opened or is in no known format."""

    code = "data.source-unreadable"


class SourceEmpty(DataError):
    """The file holds no row of data."""

    code = "data.source-empty"


class ParserCrashed(DataError):
    """The parser's process died while reading; the program did not."""

    code = "data.parser-crashed"


class EncodingWrong(DataError):
    """Bytes that are not text in the encoding that was found or given."""

    code = "data.encoding-wrong"


class RowsRagged(DataError):
    """Lines with more or fewer fields than the header; the message names them."""

    code = "data.rows-ragged"


class HeaderWrong(DataError):
    """Column names that cannot be used as they are."""

    code = "data.header-wrong"


class TooManyColumns(DataError):
    """More columns than a table for learning can have."""

    code = "data.too-many-columns"


class TypeUnsafe(DataError):
    """Values that cannot be turned into the type which the model was trained on."""

    code = "data.type-unsafe"


class TargetUnusable(DataError):
    """The target column is there, but nothing can be learned from it."""

    code = "data.target-unusable"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the closest known name, or an empty string.

    Examples
    --------
    >>> nearest("is_thread", ["is_threat", "user"])
    " Did you mean 'is_threat'?"
    """
    named = {k[:200].lower(): k[:200] for k in known}
    close = difflib.get_close_matches(name[:200].lower(), list(named), n=1, cutoff=0.6)
    return f" Did you mean {named[close[0]]!r}?" if close else ""


def listed(names: Sequence[str], limit: int = 12) -> str:
    """Return names for a sentence, quoted, long ones and long lists shortened.

    Examples
    --------
    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    shown = ", ".join(repr(n if len(n) <= 60 else n[:57] + "...") for n in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


class ColumnMissing(DataError):
    """A column that is needed is not in the table; ``beside`` is what else may be done than its hint says."""

    code = "data.column-missing"

    def __init__(self, missing: Sequence[str], present: Sequence[str], beside: str = "") -> None:
        self.missing, self.present = tuple(missing), tuple(present)
        guess = nearest(missing[0], present) if missing else ""
        hint = f"{self._hint()} {beside}".strip()
        super().__init__(f"Columns missing: {listed(missing)}.{guess}", hint)

    def _hint(self) -> str:
        return f"The table has {listed(self.present)}. Rename the columns, or name others."


class TargetMissing(ColumnMissing):
    """The target column is not in the table."""

    code = "data.target-missing"

    def _hint(self) -> str:
        if len(self.present) != 1:
            return super()._hint()
        return (
            f"The table has one column only, {listed(self.present)}. Check that it is a table, and by "
            "which delimiter its columns are parted."
        )


class ConfigError(PhantomError):
    """A setting cannot be right."""

    code = "config"


class BadSetting(ConfigError):
    """A setting is outside what is allowed."""

    code = "config.bad-setting"


class UnknownName(ConfigError):
    """A name that no plugin bears."""

    code = "config.unknown-name"

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        article = "an" if kind[:1] in "aeiou" else "a"
        super().__init__(
            f"No {kind} is called {name[:200]!r}.{nearest(name, known)}",
            f"Use {article} {kind} of this list: {listed(known, 60)}.",
        )


class ExtraMissing(ConfigError):
    """An optional library is not installed."""

    code = "config.extra-missing"

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(
            f"{what} needs the optional part {extra!r}, which is not installed.",
            f"Run: pip install 'phantom-ml[{extra}]'",
        )


class SearchError(PhantomError):
    """The search found nothing."""

    code = "search"


class NoTrialSucceeded(SearchError):
    """Every trial failed; the message tells the reasons."""

    code = "search.no-trial-succeeded"


class BudgetTooSmall(SearchError):
    """The time was over before a first model stood."""

    code = "search.budget-too-small"


class ModelError(PhantomError):
    """A model file is not to be used."""

    code = "model"


class BundleDamaged(ModelError):
    """A part of the bundle is missing, changed or not what the manifest says."""

    code = "model.bundle-damaged"


class BundleUntrusted(ModelError):
    """The bundle is signed by a key that is not trusted, or not signed.

    Attributes
    ----------
    key_id : str
        Fingerprint of the key; empty where it is not signed.
    """

    code = "model.bundle-untrusted"

    def __init__(self, message: str, hint: str = "", key_id: str = "") -> None:
        super().__init__(message, hint)
        self.key_id = key_id


class BundleVersion(ModelError):
    """The bundle was written in a form that this version does not read."""

    code = "model.bundle-version"


class StoreError(PhantomError):
    """The store lacks it, or cannot keep it."""

    code = "store"


class ModelNotFound(StoreError):
    """No model has this id."""

    code = "store.model-not-found"


class ExperimentNotFound(StoreError):
    """No experiment has this id."""

    code = "store.experiment-not-found"


class ExperimentBusy(StoreError):
    """Another process is working on this experiment."""

    code = "store.experiment-busy"


class StoreUnusable(StoreError):
    """The home folder cannot be read or written."""

    code = "store.unusable"


class DiskFull(StoreError):
    """No space is left where something had to be written; nothing half written stays."""

    code = "store.disk-full"


class ProcessError(PhantomError):
    """A child process ended badly."""

    code = "process"


class ChildTimeout(ProcessError):
    """The child passed its deadline and was ended."""

    code = "process.timeout"


class ChildOutOfMemory(ProcessError):
    """The child passed its memory cap and was ended."""

    code = "process.out-of-memory"


class ChildCrashed(ProcessError):
    """A signal ended the child (a fault in native code, or the kernel)."""

    code = "process.crashed"


class ChildFailed(ProcessError):
    """The child's function raised; the message is the error's own."""

    code = "process.failed"


class ChildStopped(ProcessError):
    """The child was ended because its caller, or the end of the program, asked for it."""

    code = "process.stopped"


class LibraryError(PhantomError):
    """The library of an algorithm raised; the message is its own."""

    code = "library"


class FitRefused(LibraryError, ValueError):
    """A library cannot be fitted so; a ValueError too, as scikit-learn expects of unfit rows."""

    code = "library.fit-refused"
