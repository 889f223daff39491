"""Command lines: which program, living off the land or not, what hides in it, what it is about to do.

Sources: the LOLBAS and GTFOBins projects (programs); MITRE ATT&CK (techniques); D. Bohannon,
Invoke-Obfuscation (2016), and with L. Holmes Revoke-Obfuscation (2017; what obfuscation leaves behind:
entropy, shares of characters, the difference that normalisation makes).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.base64 import MIN_CHARACTERS, base64_tokens, readable_shares
from phantom_ml.features.cells.listed import Listed, Meanings
from phantom_ml.features.cells.patterns import Signs, Sought
from phantom_ml.features.cells.queries import Formulas, extended
from phantom_ml.features.cells.strings import has, one_way
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing import command_lines as lines
from phantom_ml.features.parsing.command_bytes import BYTES, byte_parts
from phantom_ml.features.parsing.command_signs import COUNTS, ENCODED, FLAGS, RAW_COUNTS
from phantom_ml.features.parsing.risky_switches import risky_of_few, risky_switches
from phantom_ml.features.parts import Few, PartsEncoder

#: Names of interpreters end in their version: python3.11 is python.
_VERSION = r"^(python|pypy|perl|ruby|php|lua|luajit|tclsh|node|gcc|awk|vim)-?[0-9][0-9.]*w?$"
_ENCODED_TOKEN = rf"(?i:{ENCODED})[ :]+[\"']?([A-Za-z0-9+/]{{4}}[A-Za-z0-9+/]+={{0,2}})"
#: Without so many of its characters in a row there is no token.
_LONG = rf"[A-Za-z0-9+/=]{{{MIN_CHARACTERS}}}"
_BASE64 = {
    "has_base64": "whether a token looks like base64",
    "base64_length": "characters of that token",
    "base64_printable_share": "share of what it decodes to that is printable, 0 to 1",
    "base64_utf16_share": "the same, read as UTF-16LE alone (PowerShell's code), 0 to 1",
}
_RISKY = {
    "risky_switch_count": "arguments with a known malicious use",
    "technique_count": "ATT&CK techniques of those arguments",
}
_TEXT = {
    "length": "characters",
    "argument_count": "arguments after the program",
    "obfuscation": "share of characters that shells ignore (carets, backticks, blanks), 0 to 1",
    "non_ascii_share": "share of characters outside ASCII, 0 to 1",
    "is_lolbin": "whether LOLBAS, GTFOBins or ATT&CK list the program",
    "is_shell": "whether the program is a shell",
    "is_interpreter": "whether the program runs scripts",
    "has_encoded_switch": "whether PowerShell is given an encoded command",
    "has_hidden_window": "whether PowerShell hides its window",
    "has_execution_bypass": "whether PowerShell's execution policy is passed",
    "has_no_profile": "whether PowerShell leaves out the profile",
    "has_invoke": "whether there is IEX or Invoke-",
    "has_url": "whether there is a URL",
    "has_ip": "whether there is an IPv4 address",
    "has_unc": r"whether there is a share's path (\\host\share)",
    "has_double_extension": "whether a file is named like a document and runs (.pdf.exe)",
    "caret_count": "carets (cmd's escape)",
    "backtick_count": "backticks (PowerShell's escape)",
    "quote_count": "quotes, single and double",
    "pipe_count": "pipes (|) between commands",
    "concatenation_count": "strings put together with +",
    "percent_variable_count": "variables of cmd (%name%)",
    "env_variable_count": "variables of PowerShell ($env:name)",
    "redirect_count": "redirections (<, >, >>)",
    "separator_count": "commands one after another (; & && ||)",
    "slice_count": "letters cut out of variables (%comspec:~0,1%)",
    "char_code_count": "letters made from their codes ([char]0x41, chr(65))",
    "string_operator_count": "strings joined, split, replaced or turned round",
    "download_verb_count": "words that fetch files (DownloadString, certutil -urlcache, curl, ...)",
}


@encoders.add("command_line")
class CommandLineEncoder(PartsEncoder):
    """Parts of a command line, of Windows or of Unix."""

    name = "command_line"
    version = 3
    kinds = frozenset({ColumnKind.COMMAND_LINE})
    numbers = {**_TEXT, **BYTES, **_BASE64, **_RISKY}  # noqa: RUF012
    words = {  # noqa: RUF012
        "executable": "base name of the program, without extension",
        "lolbin_technique": "ATT&CK technique that the program is most known for",
        "location": "kind of folder that the program lies in",
        "risky_technique": "ATT&CK technique of a risky argument, the gravest in the list of them",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts; the costly ones only where asked for."""
        asked, decode = _asked(wanted)
        table = _forms(text)
        parts: dict[str, Any] = {**_signs().of(table, asked)}
        parts |= {p: known.of(table["program"]) for p, known in _listed().items() if p in asked}
        parts |= byte_parts(text, asked & set(BYTES))
        if decode:
            parts |= _base64(table["clean"], parts["has_encoded_switch"])
        if asked & _JUDGED:
            parts |= risky_switches(table["normal"])
        return pl.DataFrame({part: parts[part] for part in wanted})

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> dict[str, Few]:
        """Return the same of a few lines."""
        asked, decode = _asked(wanted)
        table: dict[str, list[Any]] = {"raw": cells}
        for made in _FORMS:
            table |= made.of_few(table)
        parts: dict[str, Few] = {**_signs().of(table, asked)}
        parts |= {p: known.of(table["program"]) for p, known in _listed().items() if p in asked}
        parts |= byte_parts(table["raw"], asked & set(BYTES))
        if decode:
            parts |= _base64_of_few(table["clean"], parts["has_encoded_switch"])
        if asked & _JUDGED:
            parts |= risky_of_few(table["normal"])
        return parts


_JUDGED = frozenset({*_RISKY, "risky_technique"})


def _asked(wanted: Collection[str]) -> tuple[set[str], bool]:
    """Return the parts that are needed, and whether base64 is to be decoded."""
    decode = not _BASE64.keys().isdisjoint(wanted)
    return {*wanted, "has_encoded_switch"} if decode else set(wanted), decode


def _forms(text: pl.Series) -> pl.DataFrame:
    """Return the line in its forms, each made from the one before."""
    table = text.alias("raw").to_frame()
    for formulas in _FORMS:
        table = extended(table, **formulas.made)
    return table


_raw, _path = pl.col("raw"), pl.col("path")
#: Form of a line -> how it is made from those before.
_FORMS = tuple(
    Formulas(made)
    for made in (
        {"clean": lines.cleaned(_raw)},
        {"normal": pl.col("clean").str.to_lowercase(), "command": lines.command(pl.col("clean"))},
        {"path": lines.program(pl.col("command"))},
        {"low_path": _path.str.to_lowercase(), "executable": lines.base_name(_path)},
        {"program": pl.col("executable").str.replace(_VERSION, "${1}")},
    )
)


@cache
def _signs() -> Signs:
    length = _raw.str.len_chars()
    at_least_one = pl.max_horizontal(length, pl.lit(1))
    removed, places = length - pl.col("clean").str.len_chars(), lines.locations("low_path")
    flags = {part: Sought("normal", pattern) for part, pattern in FLAGS.items()}
    counts = {part: Sought("raw", pattern) for part, pattern in RAW_COUNTS.items()}
    counts |= {part: Sought("normal", pattern) for part, pattern in COUNTS.items()}
    counts["characters beyond ASCII"] = Sought("raw", r"[^\x00-\x7F]")
    counts |= {
        "bars": Sought("raw", one_way(r"\|+")),
        "double bars": Sought("raw", one_way(r"\|\|+")),
    }
    others = {
        "executable": pl.col("executable"),
        "length": length,
        "argument_count": lines.argument_count(pl.col("command"), _path),
        "obfuscation": removed / at_least_one,
        "pipe_count": pl.col("bars") - pl.col("double bars"),
        "separator_count": pl.col("separators of all shells")
        + (pl.col("no separators and ampersands") - pl.col("no separators")),
        "non_ascii_share": pl.col("characters beyond ASCII") / at_least_one,
    }
    return Signs({**flags, **places.flags}, counts, others={**others, **places.others})


@cache
def _lolbins() -> dict[str, str]:
    listed: dict[str, Any] = knowledge("lolbins")
    both = {**listed["windows"], **listed["unix"]}
    return {name: facts["attack"][0] for name, facts in both.items()}


@cache
def _listed() -> dict[str, Listed | Meanings]:
    """Return what is told of the program by lists of them."""
    groups, techniques = knowledge("processes"), _lolbins()
    return {
        "is_lolbin": Listed(frozenset(techniques)),
        "lolbin_technique": Meanings(techniques),
        "is_shell": Listed(frozenset(groups["shells"])),
        "is_interpreter": Listed(frozenset(groups["interpreters"])),
    }


def _base64_of_few(clean: list[Any], encoded: Few) -> dict[str, Few]:
    if any(encoded) or any(has(_LONG, clean)):
        found = _base64(pl.Series(clean), pl.Series(encoded, dtype=pl.Boolean))
        return {part: values.to_list() for part, values in found.items()}
    nothing: list[Any] = [None] * len(clean)
    return {**dict.fromkeys(_BASE64, nothing), "has_base64": [False] * len(clean)}


def _base64(clean: pl.Series, encoded: pl.Series) -> dict[str, Any]:
    """Return what is said of a line's base64: the encoded command's, or else the longest token's."""
    tokens = base64_tokens(clean)
    at = encoded.arg_true()
    if not at.is_empty():
        given = clean.gather(at).str.extract(_ENCODED_TOKEN)
        tokens = tokens.scatter(at, given.fill_null(tokens.gather(at)))
    has = tokens.is_not_null()
    shares = np.full((2, len(tokens)), np.nan, np.float32)
    rows = np.flatnonzero(has.to_numpy())
    if len(rows):
        utf16, ascii_ = readable_shares(tokens[rows])
        shares[:, rows] = utf16, np.maximum(utf16, ascii_)
    return {
        "has_base64": has,
        "base64_length": tokens.str.len_bytes(),
        "base64_printable_share": pl.Series(shares[1], nan_to_null=True),
        "base64_utf16_share": pl.Series(shares[0], nan_to_null=True),
    }
