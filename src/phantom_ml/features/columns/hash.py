"""Digests and fingerprints: what kind they are, never their value.

A value that was seen before tells through its rarity (see frequency), not here.
Sources: FIPS 180-4 (SHA), RFC 1321 (MD5), Oliver et al., "TLSH", 2013; Kornblum, "Identifying almost
identical files using context triggered piecewise hashing", 2006 (ssdeep); FoxIO, JA4; Corelight, Community ID.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.parts import PartsEncoder

#: SHA256=..., as Sysmon writes it, or sha256:..., as containers do; the first of several is read.
NAMED = r"^(?:\{?(md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|imphash|tlsh|ssdeep|ja3s?|hassh)\}?[=:])?"
DIGEST = NAMED + r"([^,;\s]*)"
#: Hexadecimal digits -> kind; imphash, ja3 and hassh are MD5 and look alike unless they are named.
BY_DIGITS: Mapping[int, str] = {
    8: "crc32",
    16: "64-bit",
    32: "md5",
    40: "sha1",
    56: "sha224",
    64: "sha256",
    70: "tlsh",
    96: "sha384",
    128: "sha512",
}
#: Kinds that are told by their form, the most particular first.
BY_FORM: Mapping[str, str] = {
    "tlsh": "^t1[0-9a-f]{70}$",
    "ja4": "^[tqd][0-9s][0-9][di][0-9]{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$",
    "community_id": "^1:[0-9a-z+/]{27}=$",
    "ssdeep": "^[0-9]+:[0-9a-z+/]*:[0-9a-z+/]*$",
    "base64": "^[0-9a-z+/_-]{22,86}={1,2}$",
}
#: MD5, SHA-1, SHA-256 of no bytes; LM and NTLM of no password.
OF_NOTHING = (
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "aad3b435b51404eeaad3b435b51404ee",
    "31d6cfe0d16ae931b73c59d7e0c089c0",
)


@encoders.add("hash")
class HashEncoder(PartsEncoder):
    """Form of a digest."""

    name = "hash"
    version = 2
    kinds = frozenset({ColumnKind.HASH})
    numbers: ClassVar[Mapping[str, str]] = {
        "length": "hexadecimal digits",
        "hash_count": "digests in the cell, where it begins with one",
        "is_of_nothing": "whether it is the digest of an empty file or password",
        "is_zero": "whether all its digits are zero: none was computed",
    }
    words: ClassVar[Mapping[str, str]] = {
        "type": "kind of digest (md5, sha256, tlsh, ja4 ...), by name, form or length",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each digest; null where there is none."""
        cell = text.str.strip_chars().str.to_lowercase().alias("cell")
        groups = pl.col("cell").str.extract_groups(DIGEST)
        frame = cell.to_frame().with_columns(
            groups.struct.field("1").str.replace("-", "", literal=True).alias("named"),
            groups.struct.field("2").alias("digest"),
        )
        return frame.select(_expressions()[p].alias(p) for p in wanted)


def _expressions() -> dict[str, pl.Expr]:
    cell, digest = pl.col("cell"), pl.col("digest")
    is_hex = digest.str.contains("^(?:0x)?[0-9a-f]+$")
    digits = pl.when(is_hex).then(digest.str.strip_prefix("0x").str.len_bytes())
    forms = [pl.when(digest.str.contains(p)).then(pl.lit(kind)) for kind, p in BY_FORM.items()]
    by_digits = digits.replace_strict(BY_DIGITS, default=None, return_dtype=pl.String)
    kind = pl.coalesce(pl.col("named"), *forms, by_digits)
    count = cell.str.count_matches(r"[^,;\s]+")
    return {
        "length": digits,
        "hash_count": pl.when(is_hex | kind.is_not_null()).then(count),
        "is_of_nothing": pl.when(is_hex).then(digest.is_in(OF_NOTHING)),
        "is_zero": pl.when(is_hex).then(digest.str.contains("^0+$")),
        "type": kind,
    }
