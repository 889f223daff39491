"""Codes of Windows logons in words: how somebody logged on, and how a Kerberos ticket was encrypted.

A code is a number that is none: 10 is not more than 3. Columns are told by their names, as those of the
security events 4624, 4625, 4768 and 4769.

Source: Microsoft Learn, "4624(S): An account was successfully logged on" and "4769(S, F): A Kerberos
service ticket was requested", listed in knowledge/logon.toml.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar, Self

import polars as pl

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import encoders
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parts import PartsEncoder

#: A code or its name is short; the longest is aes256-cts-hmac-sha1-96.
CODE_CHARACTERS = 64
#: Logons from another machine, those before a screen; encryption of tickets, and what of it is weak.
REMOTE = ["network", "network_cleartext", "remote_interactive", "cached_remote_interactive"]
AT_A_SCREEN = [
    "interactive",
    "unlock",
    "remote_interactive",
    "cached_interactive",
    "cached_remote_interactive",
    "cached_unlock",
]
ENCRYPTION_HINTS = ("ticketencryption", "encryptiontype", "kerberoscipher")
WEAK = ["rc4", "rc4_exp", "des_cbc_crc", "des_cbc_md5"]


@encoders.add("logon_type")
class LogonTypeEncoder(PartsEncoder):
    """The type of a Windows logon, of a column called so (``LogonType``); all missing where the code is none."""

    name = "logon_type"
    kinds = frozenset({ColumnKind.CATEGORY, ColumnKind.NUMBER, ColumnKind.PORT})
    numbers: ClassVar[Mapping[str, str]] = {
        "is_remote": "1 for a logon from another machine (types 3, 8, 10 and 12)",
        "is_cleartext": "1 where the password went over the network in clear text (type 8)",
        "is_interactive": "1 where somebody sits before the screen (types 2, 7, 10 to 13)",
    }
    words: ClassVar[Mapping[str, str]] = {"type": "name of the logon type: network, service"}

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> Self | None:
        """Return the encoder; None unless the column's name says that it holds logon types."""
        return super().fit(values, schema) if "logontype" in _plain(schema.name) else None

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each code.

        Examples
        --------
        >>> LogonTypeEncoder.compute(pl.Series(["3", "10", "x"]), ["is_remote", "type"]).rows()
        [(True, 'network'), (True, 'remote_interactive'), (None, None)]
        """
        kind = pl.col("type")
        parts = {
            "is_remote": kind.is_in(REMOTE),
            "is_cleartext": kind == "network_cleartext",
            "is_interactive": kind.is_in(AT_A_SCREEN),
            "type": kind,
        }
        table = _named(text, "types", "aliases").alias("type").to_frame()
        return table.select(e.alias(p) for p, e in parts.items() if p in wanted)


@encoders.add("ticket_encryption")
class TicketEncryptionEncoder(PartsEncoder):
    """The encryption of a Kerberos ticket, of a column called so: Kerberoasting asks for weak ones (T1558.003)."""

    name = "ticket_encryption"
    kinds = frozenset({ColumnKind.CATEGORY, ColumnKind.NUMBER, ColumnKind.PORT})
    numbers: ClassVar[Mapping[str, str]] = {
        "is_weak_encryption": "1 for RC4 and DES",
    }
    words: ClassVar[Mapping[str, str]] = {"encryption": "name of the encryption type: aes256, rc4"}

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> Self | None:
        """Return the encoder; None unless the column's name says that it holds encryption types."""
        name = _plain(schema.name)
        is_hinted = name == "etype" or any(hint in name for hint in ENCRYPTION_HINTS)
        return super().fit(values, schema) if is_hinted else None

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each code.

        Examples
        --------
        >>> codes = pl.Series(["0x17", "18", "aes128-cts-hmac-sha1-96"])
        >>> TicketEncryptionEncoder.compute(codes, ["is_weak_encryption", "encryption"]).rows()
        [(True, 'rc4'), (False, 'aes256'), (False, 'aes128')]
        """
        kind = pl.col("encryption")
        parts = {"is_weak_encryption": kind.is_in(WEAK), "encryption": kind}
        table = _named(text, "encryption", "encryption_aliases").alias("encryption").to_frame()
        return table.select(e.alias(p) for p, e in parts.items() if p in wanted)


def _named(text: pl.Series, codes: str, aliases: str) -> pl.Series:
    """Return the name of each code, decimal or hexadecimal, or of each name that others write."""
    code = pl.col("s").str.slice(0, CODE_CHARACTERS).str.strip_chars().str.to_lowercase()
    number = code.str.extract(r"^(-?[0-9]{1,6})(?:\.0+)?$").cast(pl.Int64)
    from_hex = code.str.extract(r"^0x([0-9a-f]{1,6})$").str.to_integer(base=16, strict=False)
    known = {int(key): name for key, name in knowledge("logon")[codes].items()}
    by_number = number.fill_null(from_hex).replace_strict(
        known, default=None, return_dtype=pl.String
    )
    plain = code.str.replace_all(r"[^a-z0-9]", "")
    by_name = plain.replace_strict(
        knowledge("logon")[aliases], default=None, return_dtype=pl.String
    )
    return text.alias("s").to_frame().select(by_number.fill_null(by_name)).to_series()


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
