"""URLs: where they lead, how they are built, and whom they pretend to be.

Catalogue: Ma et al. 2009, Mohammad et al. 2014, Sahingoz et al. 2019. Grammar: see parsing/urls.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.bytes import DIGITS, CellBytes
from phantom_ml.features.cells.patterns import rows_with
from phantom_ml.features.cells.queries import Column, Formulas, extended
from phantom_ml.features.lately import Lately, columns_lately
from phantom_ml.features.parsing.host_parts import (
    HOST_NUMBERS,
    HOST_WORDS,
    KEYS,
    host_parts,
    host_parts_of_few,
)
from phantom_ml.features.parsing.url_bytes import path_bytes, query_bytes, url_bytes
from phantom_ml.features.parsing.url_signs import FLAGGED, NEED_DOMAIN, url_signs
from phantom_ml.features.parsing.urls import split_few, split_urls
from phantom_ml.features.parts import Few, PartsEncoder

WHOLE = {
    "length": "characters",
    "digit_share": "share of bytes that are digits, 0 to 1",
    "letter_share": "share of bytes that are ASCII letters, 0 to 1",
    "upper_share": "share of bytes that are capital letters, 0 to 1",
    "percent_share": "share of bytes that are percent signs, 0 to 1",
    "is_ascii": "whether all characters are ASCII, 0 or 1",
    "special_count": "punctuation marks",
    "at_count": "at signs",
    "longest_digit_run": "most digits in a row",
    "longest_token": "most letters and digits in a row",
    "is_https": "whether the scheme is encrypted, 0 or 1",
    "is_data_or_javascript": "whether the URL itself is content or a script, 0 or 1",
    "has_www": "whether the host begins with www., 0 or 1",
    "has_userinfo": "whether a user name stands before the host, 0 or 1",
    "has_port": "whether a port is given that is not the scheme's own, 0 or 1",
    "host_is_ip": "whether the host is an address in any form, 0 or 1",
    "host_is_hidden_ip": "whether the host is an address in integer, octal or hexadecimal form, 0 or 1",
    "is_shortener": "whether the host shortens links, 0 or 1",
    "misplaced_brand": "whether a known brand is in subdomain or path, but none in the domain, 0 or 1",
    "suffix_in_subdomain": "whether the subdomain has an ending such as com, 0 or 1",
    "suffix_in_path": "whether the path has an ending of hosts such as .com, 0 or 1",
    "keyword_count": "words that ask to sign in, to hurry or to pay",
    "brand_count": "names of known brands anywhere",
    "has_traversal": "whether path or query climbs up folders, 0 or 1",
    "double_encoded": "whether a percent sign is percent-encoded, 0 or 1",
    "has_redirect_parameter": "whether a parameter such as next= may carry a target, 0 or 1",
    "contains_url": "whether path or query holds another URL, 0 or 1",
    "contains_email": "whether path or query holds an e-mail address, 0 or 1",
    "is_content_manager_path": "whether it leads into a folder of a content manager or server, 0 or 1",
    "is_wordpress_path": "whether it leads into a folder of WordPress, 0 or 1",
    "is_index_file": "whether the file is the one shown for a folder (index, home, main), 0 or 1",
    "is_home_directory": "whether it leads into a user's folder (~name), 0 or 1",
    "has_hidden_directory": "whether a folder's name begins with a dot, 0 or 1",
    "repeated_slashes": "double slashes in the path",
    **{f"says_{word}": f"whether it has a word for {word}, 0 or 1" for word in FLAGGED},
}
PATH = {
    "path.length": "characters",
    "path.depth": "folders and file",
    "path.entropy": "bits a byte, 0 to 8",
    "path.digit_share": "share of bytes that are digits, 0 to 1",
    "path.upper_share": "share of bytes that are capital letters, 0 to 1",
    "path.vowel_share": "share of letters that are vowels, 0 to 1",
    "path.unique_share": "different bytes as a share of its length, 0 to 1",
    "path.longest_segment": "bytes of the longest folder or file name",
    "path.longest_hex_run": "most hexadecimal digits in a row",
    "path.file_length": "characters behind the last slash",
    "path.file_digit_count": "digits behind the last slash",
    "path.word_count": "groups of letters",
    "path.keyword_count": "words that ask to sign in, to hurry or to pay",
    "path.hyphen_count": "hyphens of the path",
    "path.dot_count": "dots in the path",
    "path.underscore_count": "underscores of the path",
}
QUERY = {
    "query.length": "characters",
    "query.parameter_count": "parameters",
    "query.longest_value": "characters of the longest value",
    "query.entropy": "bits a byte, 0 to 8",
    "fragment.length": "characters behind #",
}
#: The host's own parts; ``host_is_ip`` knows more forms of addresses than ``is_address``.
HOST = {f"host.{p}": w for p, w in HOST_NUMBERS.items() if p != "is_address"}
WORDS = {
    "scheme": "scheme, in small letters",
    "extension": "ending of the file's name, in small letters",
    "file_class": "what kind of file the ending names: page, script, document, archive ...",
    **{f"host.{part}": words for part, words in HOST_WORDS.items()},
}


@encoders.add("url")
class URLEncoder(PartsEncoder):
    """Parts of a URL; those of its host are called ``host.<part>``."""

    name = "url"
    version = 2
    kinds = frozenset({ColumnKind.URL})
    numbers: ClassVar[Mapping[str, str]] = {
        **WHOLE,
        **PATH,
        **QUERY,
        **HOST,
    }
    words: ClassVar[Mapping[str, str]] = WORDS

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each URL."""
        table = _table(text, wanted)
        measured = _measured(text, table, wanted)
        return pl.DataFrame(
            [
                *url_signs().of(table, wanted).values(),
                *(pl.Series(name, values) for name, values in measured.items()),
                *(table[p] for p in wanted if p.startswith("host.")),
            ]
        )

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> dict[str, Few]:
        """Return the same of a few URLs."""
        urls: list[str | None] = [*cells]
        table = split_few(urls) | {"url": urls}
        table |= _WRITTEN.of_few(table)
        asked = _asked(tuple(wanted))
        found: dict[str, Few] = {}
        if asked.host or asked.needs_domain:
            of_hosts = _of_few_hosts(table["host"], asked.host, asked.needs_domain)
            table |= of_hosts
            found |= of_hosts
        return found | url_signs().of(table, wanted) | _measured(urls, table, wanted)


def _measured(
    urls: Column, table: pl.DataFrame | Mapping[str, Column], wanted: Collection[str]
) -> dict[str, NDArray[np.generic]]:
    path, query, asked = table["path_as_written"], table["query_as_written"], _asked(tuple(wanted))
    return {
        **url_bytes(urls, wanted),
        **_prefixed("path", path_bytes(path, asked.path)),
        **_file_bytes(table["file"], wanted),
        **_prefixed("query", query_bytes(query, asked.query)),
    }


class _Asked(NamedTuple):
    """What is wanted of host, path and query, and whether the host's domain is needed."""

    host: list[str]
    path: list[str]
    query: list[str]
    needs_domain: bool


@lru_cache
def _asked(wanted: tuple[str, ...]) -> _Asked:
    host, path, query = (_within(component, wanted) for component in ("host", "path", "query"))
    return _Asked(host, path, query, any(p in NEED_DOMAIN for p in wanted))


def _table(urls: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
    """Return the components, path and query in small letters and as written, and the host's parts."""
    parts = split_urls(urls)
    asked = _asked(tuple(wanted))
    table = extended(parts.hstack([urls.alias("url")]), **_WRITTEN.made)
    if not (asked.host or asked.needs_domain):
        return table
    return table.hstack(_of_hosts(parts["host"], asked.host, asked.needs_domain))


_path, _query = pl.col("path"), pl.col("query").fill_null("")
_WRITTEN = Formulas(
    {
        "url": pl.col("url").str.to_lowercase(),
        "path": _path.str.to_lowercase(),
        "query": _query.str.to_lowercase(),
        "path_as_written": _path,
        "query_as_written": _query,
        # Splitting takes half the time of a pattern that ends at the end.
        "file": _path.str.split("/").list.last(),
    }
)
#: What is told of a host takes more room than its name; what is wanted of it counts as its characters.
_HOSTS: Lately[tuple[Any, ...]] = Lately(most=512, longest=2048)


def _of_hosts(hosts: pl.Series, wanted: list[str], needs_domain: bool) -> list[pl.Series]:
    """Return the host's parts row for row: many URLs share a host, so each is taken apart once."""
    distinct = hosts.drop_nulls().unique(maintain_order=True)
    keys = KEYS if needs_domain else ()
    bare = distinct.str.strip_chars("[]") if len(rows_with(r"[\[\]]", distinct)) else distinct
    found = host_parts(bare, [*wanted, *keys])
    told = (*(found[p].alias(f"host.{p}") for p in wanted), *(found[k] for k in keys))
    known = pl.DataFrame([*told, distinct.alias("host")])
    joined = hosts.to_frame().join(known, on="host", how="left", maintain_order="left")
    return joined.drop("host").get_columns()


def _of_few_hosts(
    hosts: list[str | None], wanted: list[str], needs_domain: bool
) -> dict[str, list[Any]]:
    keys = KEYS if needs_domain else ()
    names = [*(f"host.{p}" for p in wanted), *keys]

    def make(new: list[int]) -> dict[str, list[Any]]:
        bare: list[str | None] = [(hosts[i] or "").strip("[]") for i in new]
        found = host_parts_of_few(bare, [*wanted, *keys])
        made = {name: found[name.removeprefix("host.")] for name in names}
        # A URL without a host has no parts of one.
        missing = [at for at, i in enumerate(new) if hosts[i] is None]
        for cells in made.values():
            for at in missing:
                cells[at] = None
        return made

    cells = [(host, *names) for host in hosts]
    return columns_lately(_HOSTS, cells, make, names)


def _file_bytes(files: Column, wanted: Collection[str]) -> dict[str, NDArray[np.generic]]:
    name = "path.file_digit_count"
    return {name: CellBytes.of(files).count(DIGITS)} if name in wanted else {}


def _within(component: str, wanted: Collection[str]) -> list[str]:
    return [p.removeprefix(f"{component}.") for p in wanted if p.startswith(f"{component}.")]


def _prefixed(
    component: str, found: Mapping[str, NDArray[np.generic]]
) -> dict[str, NDArray[np.generic]]:
    return {f"{component}.{name}": values for name, values in found.items()}
