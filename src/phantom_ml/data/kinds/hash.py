"""Digests and fingerprints: MD5 to SHA-512, ssdeep, TLSH, JA3, JA4."""

from __future__ import annotations

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import Claim, Pattern, Recogniser, hints_at, kinds
from phantom_ml.data.kinds.identifier import HINTS as ID_HINTS
from phantom_ml.data.schema import ColumnKind

HINTS = name_words(
    """hash hashes md5 sha sha1 sha256 sha512 imphash ssdeep tlsh ja3 ja3s ja4 hassh digest
    checksum fingerprint thumbprint"""
)
_PATTERN = Pattern(
    ColumnKind.HASH,
    "digests or fingerprints",
    r"^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128}"
    r"|(?:MD5|SHA1|SHA256|SHA512|IMPHASH)=[0-9A-Fa-f]{32,128}(?:,\w+=[0-9A-Fa-f]{32,128})*"
    r"|\d+:[\w+/]{3,}:[\w+/]{3,}|T1[0-9A-Fa-f]{70}|[tqd]\d\d[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12})$",
    HINTS,
)


def _claim(column: Column) -> Claim | None:
    claim = _PATTERN.claim(column)
    if claim is None:
        return None
    # A UUID without dashes is 32 hex digits too: unique in every row, and called an id.
    is_id = column.distinct_share > 0.99 and hints_at(column, ID_HINTS)
    return None if is_id and not hints_at(column, HINTS) else claim


kinds.add("hash")(Recogniser(ColumnKind.HASH, 40, _claim))
