r"""File paths of Windows and Unix taken apart: normal form, root, folders, name, extension.

A separator is either slash, as Windows takes both and logs mix them. Letters are lower-cased: names on
Windows have no case, and a model loses little on Unix. Prefixes of the kernel and of NT (``\\?\``,
``\Device\HarddiskVolume3``, ``%SystemRoot%``) become what they stand for, as each sensor writes others.

Source: Microsoft, "Naming Files, Paths, and Namespaces"; POSIX.1-2024, pathname resolution.
"""

from __future__ import annotations

import polars as pl

#: Prefix -> what it stands for, tried in this order on lower-case text with forward slashes.
PREFIXES = (
    (r"^//[?.]/unc/", "//"),
    (r"^(?://[?.]|/\?\?)/([a-z]:)", "$1"),
    (r"^(?://[?.]|/\?\?)/", "/device/"),
    (r"^/device/harddiskvolume[0-9]+", "c:"),
    (r"^(?:/?systemroot|%systemroot%|%windir%|\$env:systemroot|\$env:windir)/", "c:/windows/"),
    (r"^(?:%systemdrive%|%homedrive%|\$env:systemdrive)", "c:"),
)


def taken_apart(path: pl.LazyFrame) -> pl.LazyFrame:
    r"""Return the parts of the paths in column ``path``, as columns beside it.

    Parameters
    ----------
    path : LazyFrame with a String column ``path``

    Returns
    -------
    LazyFrame
        ``plain`` (normal form), ``is_unc``, ``is_windows``, ``rest`` (without drive), ``file`` (the last
        component), ``name`` (without alternate stream), ``extension`` (null if none). Columns that nobody
        selects are not computed.

    Examples
    --------
    >>> paths = pl.LazyFrame({"path": [r"\\?\C:\Temp\a.TXT:b.exe", "/etc/cron.d/"]})
    >>> taken_apart(paths).select("plain", "name", "extension").collect().rows()
    [('c:/temp/a.txt:b.exe', 'a.txt', 'txt'), ('/etc/cron.d', 'cron.d', 'd')]
    """
    columns = path.with_columns(_slashed().alias("plain"))
    columns = columns.with_columns(_prefixed().alias("plain"))
    columns = columns.with_columns(_is_unc().alias("is_unc"), _is_windows().alias("is_windows"))
    columns = columns.with_columns(_single_slashes().alias("plain"))
    columns = columns.with_columns(pl.col("plain").str.replace("^[a-z]:", "").alias("rest"))
    columns = columns.with_columns(pl.col("rest").str.extract(r"([^/]*)$", 1).alias("file"))
    columns = columns.with_columns(_name().alias("name"))
    return columns.with_columns(_extension().alias("extension"))


def depth() -> pl.Expr:
    """Return the number of folders between the root and the file.

    Examples
    --------
    >>> paths = pl.LazyFrame({"path": ["/etc/passwd", "notes.txt", "C:/Windows/System32/cmd.exe"]})
    >>> taken_apart(paths).select(depth()).collect().to_series().to_list()
    [1, 0, 2]
    """
    rest = pl.col("rest")
    slashes = rest.str.count_matches("/", literal=True).cast(pl.Int32)
    # The host and share of a UNC path are its root, as a drive is.
    above = pl.when("is_unc").then(4).when(rest.str.starts_with("/")).then(1).otherwise(0)
    return (slashes - above).clip(0)


def has_stream() -> pl.Expr:
    r"""Return whether a name has an alternate data stream: ``C:\a.txt:hidden.exe``."""
    return pl.col("is_windows") & pl.col("file").str.contains(":", literal=True)


def _slashed() -> pl.Expr:
    text = pl.col("path").str.strip_chars("\"'").str.to_lowercase()
    return text.str.replace_all("\\", "/", literal=True)


def _prefixed() -> pl.Expr:
    text = pl.col("plain")
    for prefix, meaning in PREFIXES:
        text = text.str.replace(prefix, meaning)
    return text


def _is_unc() -> pl.Expr:
    # Two forward slashes are a sloppy path of Unix or of the web.
    backslashes = pl.col("path").str.strip_chars("\"'").str.starts_with("\\\\")
    return backslashes & pl.col("plain").str.starts_with("//")


def _is_windows() -> pl.Expr:
    drive = pl.col("plain").str.contains("^[a-z]:")
    return drive | pl.col("path").str.contains("\\", literal=True)


def _single_slashes() -> pl.Expr:
    # Logs in JSON double their backslashes.
    single = pl.col("plain").str.replace_all("//+", "/").str.strip_chars_end("/")
    return pl.when("is_unc").then("/" + single).otherwise(single)


def _name() -> pl.Expr:
    file = pl.col("file")
    return pl.when(has_stream()).then(file.str.replace("(?s):.*", "")).otherwise(file)


def _extension() -> pl.Expr:
    # A dot file has none, and Windows drops dots and spaces at the end.
    return pl.col("name").str.extract(r"[^.]\.([^. ]+)[. ]*$", 1)
