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
from phantom_ml.features.cells.base64 import base64_tokens, readable_shares
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing import command_lines as lines
from phantom_ml.features.parsing.command_bytes import BYTES, byte_parts
from phantom_ml.features.parsing.command_signs import COUNTS, ENCODED, FLAGS, RAW_COUNTS
from phantom_ml.features.parsing.risky_switches import risky_switches
from phantom_ml.features.parts import PartsEncoder

#: Names of interpreters end in their version: python3.11 is python.
_VERSION = r"^(python|pypy|perl|ruby|php|lua|luajit|tclsh|node|gcc|awk|vim)-?[0-9][0-9.]*w?$"
_ENCODED_TOKEN = rf"(?i:{ENCODED})[ :]+[\"']?([A-Za-z0-9+/]{{4}}[A-Za-z0-9+/]+={{0,2}})"
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
    "separator_count": "commands one after another (; && ||)",
    "slice_count": "letters cut out of variables (%comspec:~0,1%)",
    "char_code_count": "letters made from their codes ([char]0x41, chr(65))",
    "string_operator_count": "strings joined, split, replaced or turned round",
    "download_verb_count": "words that fetch files (DownloadString, certutil -urlcache, curl, ...)",
}


@encoders.add("command_line")
class CommandLineEncoder(PartsEncoder):
    """Parts of a command line, of Windows or of Unix."""

    name = "command_line"
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
        asked = set(wanted)
        known = {**_expressions(), **_flags_and_counts()}
        needed = [known[part].alias(part) for part in known if part in asked]
        decode, judge = asked & set(_BASE64), asked & {*_RISKY, "risky_technique"}
        if decode:
            needed += [pl.col("clean"), known["has_encoded_switch"].alias("encoded")]
        if judge:
            needed.append(pl.col("normal"))
        table = _stages(text).select(needed).collect() if needed else pl.DataFrame()
        parts: dict[str, Any] = {part: table[part] for part in known if part in asked}
        parts |= byte_parts(text, asked & set(BYTES))
        if decode:
            parts |= _base64(table["clean"], table["encoded"])
        if judge:
            parts |= risky_switches(table["normal"])
        return pl.DataFrame({part: parts[part] for part in wanted})


def _stages(text: pl.Series) -> pl.LazyFrame:
    """Return the line in its forms, each made from the one before; what nobody reads is not made."""
    clean = lines.cleaned(pl.col("raw"))
    program = pl.col("executable").str.replace(_VERSION, "${1}")
    return (
        text.alias("raw")
        .to_frame()
        .lazy()
        .with_columns(clean=clean)
        .with_columns(
            normal=pl.col("clean").str.to_lowercase(), command=lines.command(pl.col("clean"))
        )
        .with_columns(path=lines.program(pl.col("command")))
        .with_columns(executable=lines.base_name(pl.col("path")))
        .with_columns(program=program)
    )


def _expressions() -> dict[str, pl.Expr]:
    raw, clean, path = pl.col("raw"), pl.col("clean"), pl.col("path")
    program = pl.col("program")
    length = raw.str.len_chars()
    at_least_one = pl.max_horizontal(length, pl.lit(1))
    removed = length - clean.str.len_chars()
    techniques, groups = _lolbins(), knowledge("processes")
    return {
        "executable": pl.col("executable"),
        "length": length,
        "argument_count": lines.argument_count(pl.col("command"), path),
        "obfuscation": removed / at_least_one,
        "non_ascii_share": raw.str.count_matches(r"[^\x00-\x7F]") / at_least_one,
        "is_lolbin": program.is_in(list(techniques)),
        "lolbin_technique": program.replace_strict(techniques, default=None),
        "is_shell": program.is_in(groups["shells"]),
        "is_interpreter": program.is_in(groups["interpreters"]),
        "location": lines.location(path),
    }


def _flags_and_counts() -> dict[str, pl.Expr]:
    raw, normal = pl.col("raw"), pl.col("normal")
    flags = {part: normal.str.contains(pattern) for part, pattern in FLAGS.items()}
    flags |= {part: raw.str.count_matches(pattern) for part, pattern in RAW_COUNTS.items()}
    return flags | {part: normal.str.count_matches(pattern) for part, pattern in COUNTS.items()}


@cache
def _lolbins() -> dict[str, str]:
    listed: dict[str, Any] = knowledge("lolbins")
    both = {**listed["windows"], **listed["unix"]}
    return {name: facts["attack"][0] for name, facts in both.items()}


def _base64(clean: pl.Series, encoded: pl.Series) -> dict[str, Any]:
    """Return what is said of a line's base64: the encoded command's, or else the longest token's."""
    tokens = base64_tokens(clean)
    at = encoded.arg_true()
    given = clean.gather(at).str.extract(_ENCODED_TOKEN)
    tokens = tokens.scatter(at, given.fill_null(tokens.gather(at)))
    utf16, ascii_ = readable_shares(tokens)
    has = tokens.is_not_null()
    shares = pl.DataFrame({"utf16": utf16, "most": np.maximum(utf16, ascii_), "has": has})
    shares = shares.select(pl.when("has").then(pl.col("utf16", "most")))
    return {
        "has_base64": has,
        "base64_length": tokens.str.len_bytes(),
        "base64_printable_share": shares["most"],
        "base64_utf16_share": shares["utf16"],
    }
