r"""Keys and values of the Windows registry in one form: hive, and path below it.

Sensors write ``HKLM\``, ``HKEY_LOCAL_MACHINE\``, ``HKLM:\`` or ``\REGISTRY\MACHINE\``, and put a user's SID
before what is his own. ``Wow6432Node`` is the same place for 32-bit programs, ``ControlSet001`` is what
``CurrentControlSet`` points to, and ``HKCR`` shows ``Software\Classes``.

Source: Microsoft, "Predefined Keys", "Registry Redirector", "HKEY_CLASSES_ROOT Key".
"""

from __future__ import annotations

import polars as pl

#: As written, in lower case -> short name.
HIVES = {
    "hklm": "hklm",
    "hkey_local_machine": "hklm",
    "registry\\machine": "hklm",
    "hkcu": "hkcu",
    "hkey_current_user": "hkcu",
    "hku": "hku",
    "hkey_users": "hku",
    "registry\\user": "hku",
    "hkcr": "hkcr",
    "hkey_classes_root": "hkcr",
    "hkcc": "hkcc",
    "hkey_current_config": "hkcc",
    "registry\\a": "app",
}
#: What tools put before the hive, the hive, and all below it.
PATTERN = (
    r"(?s)^\\*(?:computer\\+|my computer\\+)?(?:(?:microsoft\.powershell\.core\\)?registry::\\*)?"
    rf"(?P<hive>{'|'.join(h.replace(chr(92), chr(92) * 2) for h in HIVES)}):?(?:\\+(?P<below>.*))?$"
)
#: Whose hive it is: a SID or the default user, with the classes of that user apart.
OWNER = r"^(?:s-1-[0-9-]+|\.default)(_classes)?(?:\\|$)"


def registry_keys(paths: pl.Series) -> pl.DataFrame:
    r"""Return ``hive`` (short name, null if none), ``key`` (below it, lower case), ``place`` (normal form).

    ``place`` is where the key lies whoever owns it and whichever programs use it; ``key`` is as written.

    Examples
    --------
    >>> sid = r"HKU\S-1-5-21-1-2-3-1001\Software\Wow6432Node\Microsoft\Netsh"
    >>> registry_keys(pl.Series([sid, r"HKEY_CLASSES_ROOT\.txt"])).rows()[0][2]
    'software\\microsoft\\netsh'
    >>> registry_keys(pl.Series(["HKCR\\.txt"])).row(0)
    ('hkcr', '.txt', 'software\\classes\\.txt')
    """
    text = pl.col("path").str.strip_chars("\"' ").str.to_lowercase()
    table = paths.alias("path").to_frame().select(text)
    table = table.with_columns(pl.col("path").str.extract_groups(PATTERN).struct.unnest())
    key = pl.coalesce("below", pl.when(pl.col("hive").is_null()).then("path"), pl.lit(""))
    table = table.with_columns(
        hive=pl.col("hive").replace_strict(HIVES, default=None, return_dtype=pl.String),
        key=key.str.replace_all(r"\\\\+", "\\").str.strip_chars("\\"),
    )
    return table.select("hive", "key", _place().alias("place"))


def _place() -> pl.Expr:
    key, hive = pl.col("key"), pl.col("hive")
    classes = r"software\classes" + "\\"
    of_user = key.str.replace(OWNER, "${1}\\").str.replace("^_classes", r"software\classes")
    owned = pl.when(hive == "hku").then(of_user.str.strip_chars_start("\\")).otherwise(key)
    whole = pl.when(hive == "hkcr").then(classes + owned).otherwise(owned)
    one = whole.str.replace_all("\\wow6432node", "", literal=True)
    return one.str.replace(r"^system\\controlset[0-9]+", r"system\currentcontrolset")
