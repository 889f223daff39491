"""Addresses of mail, alone or as a header has them (``"Jane Doe" <jane@example.com>``).

Of several addresses the first one is read. Sources: RFC 5322 section 3.4 (forms of an address),
RFC 5233 (tags behind a plus), RFC 2142 (names of roles).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import ClassVar

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.bytes import DIGITS, CellBytes
from phantom_ml.features.cells.classes import spread
from phantom_ml.features.cells.listed import Listed
from phantom_ml.features.cells.patterns import Signs, Sought, contained, replaced
from phantom_ml.features.cells.queries import extended
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.host_parts import host_parts
from phantom_ml.features.parts import PartsEncoder

#: An address between brackets, and one without; the part before the @ may stand in quotes.
IN_BRACKETS = r"<([^<>\s]*@[^<>\s]*)>"
BARE = r"(\"[^\"]*\"@[^\s,;<>\"]*|[^\s,;:<>\"]*@[^\s,;<>\"]*)"
QUOTED_NAME, BARE_NAME = r"\"([^\"]*)\"\s*<", r"^\s*([^<\s\"][^<\"]*)<[^<>]*@"
QUOTED, TAG = r"\"[^\"]*\"", r"\+.*$"
#: Part of the domain -> what host_parts calls it.
DOMAIN_PARTS: Mapping[str, str] = {
    "domain_length": "length",
    "domain_label_count": "label_count",
    "domain_digit_share": "digit_share",
    "domain_entropy": "entropy",
    "domain_is_address": "is_address",
    "has_known_suffix": "has_known_suffix",
    "has_private_suffix": "has_private_suffix",
    "is_punycode": "is_punycode",
    "is_mixed_script": "is_mixed_script",
    "resembles_brand": "resembles_brand",
    "names_brand": "names_brand",
    "suffix": "suffix",
}


@encoders.add("email")
class EmailEncoder(PartsEncoder):
    """Parts of an address: who it names, at what kind of domain; never the name itself."""

    name = "email"
    kinds = frozenset({ColumnKind.EMAIL})
    numbers: ClassVar[Mapping[str, str]] = {
        "local_length": "characters before the @",
        "local_digit_share": "share of digits before the @, 0 to 1",
        "local_entropy": "Shannon entropy of what stands before the @, in bits a character",
        "local_word_count": "words before the @, set apart by dots, hyphens or underscores",
        "has_plus_tag": "whether a tag follows a plus sign",
        "is_role": "whether it names a role (admin, billing) rather than a person",
        "is_no_reply": "whether it is an address that takes no replies",
        "is_free_mail": "whether anybody can have an address at this domain",
        "is_disposable": "whether the domain gives addresses away for minutes",
        "domain_length": "characters of the domain",
        "domain_label_count": "labels of the domain",
        "domain_digit_share": "share of digits in the domain without its suffix, 0 to 1",
        "domain_entropy": "Shannon entropy of the domain's second-level label, in bits",
        "domain_is_address": "whether an IP address stands in place of the domain",
        "has_known_suffix": "whether the domain ends in a public suffix",
        "has_private_suffix": "whether a company gives such domains away (dynamic DNS, hosting)",
        "is_punycode": "whether a label of the domain is punycode (xn--)",
        "is_mixed_script": "whether a label mixes Latin letters with those of another script",
        "resembles_brand": "whether the domain nearly spells a well-known brand",
        "names_brand": "whether a well-known brand stands in the name of another's domain",
        "has_display_name": "whether a name stands before the address",
        "display_name_has_address": "whether the name before the address poses as an address",
        "address_count": "addresses in the cell",
    }
    words: ClassVar[Mapping[str, str]] = {
        "suffix": "public suffix of the domain, or else its last label"
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each cell; null where it has no address."""
        frame = _addresses(text)
        columns = [*_signs().of(frame, wanted).values()]
        columns += _local_bytes(frame["local"], wanted)
        columns += _domain_parts(frame["host"], wanted)
        is_known = frame["local"].is_not_null().alias("known")
        table = pl.DataFrame([is_known, *columns])
        if is_known.all():
            return table
        return table.select(
            pl.col(p) if p in ("address_count", "has_display_name") else _where_known(p)
            for p in wanted
        )


def _where_known(part: str) -> pl.Expr:
    return pl.when(pl.col("known")).then(pl.col(part)).alias(part)


def _addresses(text: pl.Series) -> pl.DataFrame:
    """Return the cell, and of its first address what stands before and behind the last @."""
    address = pl.col("cell").str.extract(BARE)
    # Most columns have bare addresses, and need no second look.
    if contained(text, "<").any():
        # Names may hold anything, brackets and other addresses too.
        unnamed = pl.col("cell").str.replace_all(QUOTED_NAME, "<")
        address = pl.coalesce(unnamed.str.extract(IN_BRACKETS), unnamed.str.extract(BARE))
    unquoted = replaced(text, QUOTED, "q").alias("unquoted")
    frame = pl.DataFrame([text.alias("cell"), unquoted]).with_columns(address.alias("address"))
    frame = extended(
        frame,
        pl.col("address").str.extract("^(.*)@").str.to_lowercase().alias("local"),
        pl.col("address").str.extract("@([^@]*)$").alias("host"),
    )
    return frame.with_columns(replaced(frame["local"], TAG, "", every=False).alias("person"))


@cache
def _signs() -> Signs:
    name, local = pl.coalesce("quoted name", "bare name"), pl.col("local")
    return Signs(
        flags={
            "has_plus_tag": Sought("local", r".\+"),
            "is_no_reply": Sought("person", r"^(?:do[._-]?)?not?[._-]?reply"),
        },
        counts={
            "local_word_count": Sought("local", r"[^._-]+"),
            "address_count": Sought("unquoted", r"[^\s,;:<>@]@[^\s,;<>@]"),
        },
        words={
            "quoted name": Sought("cell", QUOTED_NAME),
            "bare name": Sought("cell", BARE_NAME),
        },
        others={
            "local_length": local.str.len_chars(),
            "is_role": pl.col("person").is_in(knowledge("mail")["roles"]),
            "has_display_name": name.is_not_null(),
            "display_name_has_address": name.str.contains("@", literal=True).fill_null(value=False),
        },
    )


def _local_bytes(local: pl.Series, wanted: Collection[str]) -> list[pl.Series]:
    if not {"local_digit_share", "local_entropy"} & set(wanted):
        return []
    cells = CellBytes.of(local)
    columns = [pl.Series("local_digit_share", cells.share(DIGITS))]
    if "local_entropy" in wanted:
        columns.append(pl.Series("local_entropy", spread(cells)[0]))
    return columns


def _domain_parts(hosts: pl.Series, wanted: Collection[str]) -> list[pl.Series]:
    """Return parts of the domain, and whether it is one of free or of disposable mail."""
    parts = [p for p in wanted if p in DOMAIN_PARTS]
    of_list = {p: known for p, known in _listed().items() if p in wanted}
    needed = [DOMAIN_PARTS[p] for p in parts] + ["registered"] * bool(of_list)
    found = host_parts(hosts, needed)
    columns = [found[DOMAIN_PARTS[p]].alias(p) for p in parts]
    return columns + [known.of(found["registered"]).alias(p) for p, known in of_list.items()]


@cache
def _listed() -> dict[str, Listed]:
    """Return the domains of free and of disposable mail."""
    lists = knowledge("mail")
    return {
        "is_free_mail": Listed(frozenset(lists["free"])),
        "is_disposable": Listed(frozenset(lists["disposable"])),
    }
