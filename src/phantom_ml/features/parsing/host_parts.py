"""What a host's name tells of it: for columns of domains, and for the hosts of URLs and mail.

Shares and runs are of the name without its public suffix, which its owner did not choose; entropy is of
the label before the suffix. Addresses have none of them.
Sources: Schueppen et al., "FANCI: Feature-based Automated NXDomain Classification and Intelligence",
USENIX Security 2018; Yadav et al., "Detecting Algorithmically Generated Malicious Domain Names", IMC 2010.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import CONSONANTS, DIGITS, VOWELS, CellBytes, Members, members
from phantom_ml.features.cells.classes import class_counts, runs, spread
from phantom_ml.features.cells.patterns import Signs, Sought, rows_with
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.brands import (
    brand_signs,
    resembles_brand,
    resembles_brand_in_few,
)
from phantom_ml.features.parsing.host_labels import (
    CODES,
    PUNYCODE,
    coded_labels,
    codes_of_few,
    shown_hosts,
)
from phantom_ml.features.parsing.hosts import PIECES, split_few, split_hosts

HOST_NUMBERS: Mapping[str, str] = {
    "length": "characters of the host",
    "label_count": "labels of the host",
    "longest_label": "bytes of the longest label",
    "registered_length": "characters of the registered domain",
    "subdomain_length": "characters before the registered domain",
    "subdomain_count": "labels before the registered domain",
    "digit_share": "share of digits in the name without its suffix, 0 to 1",
    "hyphen_share": "share of hyphens in the name without its suffix, 0 to 1",
    "vowel_share": "share of vowels in the name without its suffix, 0 to 1",
    "consonant_share": "share of consonants in the name without its suffix, 0 to 1",
    "longest_digit_run": "most digits in a row in the name without its suffix",
    "longest_consonant_run": "most consonants in a row in the name without its suffix",
    "entropy": "Shannon entropy of the second-level label, in bits a character",
    "unique_share": "different characters of the second-level label as a share of its length",
    "subdomain_entropy": "Shannon entropy of what stands before the registered domain, in bits",
    "looks_hex": "whether the longest label looks like hexadecimal digits",
    "looks_base32": "whether the longest label looks like base32",
    "looks_base64": "whether the longest label looks like base64",
    "is_punycode": "whether a label is punycode (xn--)",
    "is_mixed_script": "whether a label mixes Latin letters with those of another script",
    "is_reverse_lookup": "whether it is an address turned into a name (in-addr.arpa, ip6.arpa)",
    "is_address": "whether the host is an address rather than a name",
    "has_known_suffix": "whether it ends in a public suffix; internal names do not",
    "has_private_suffix": "whether a company gives such names away (dynamic DNS, hosting)",
    "resembles_brand": "whether the second-level label nearly spells a well-known brand",
    "names_brand": "whether a well-known brand stands in the name of another's domain",
}
HOST_WORDS: Mapping[str, str] = {"suffix": "public suffix, or else the last label"}

#: So many hosts tell whether they repeat enough to take each apart only once, as in URLs.
SAMPLE = 4096
OTHER_SCRIPT = r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]"
MIXED = rf"[a-z][^.]*{OTHER_SCRIPT}|{OTHER_SCRIPT}[^.]*[a-z]"

_host, _domain, _sub = pl.col("host"), pl.col("domain"), pl.col("subdomain")
_named = ~pl.col("is_address")
#: Strings that others ask for, to look them up in lists; never features.
KEYS = ("subdomain", "domain", "registered")
_FLAGS = {
    "is_punycode": Sought("host", r"(?:^|\.)xn--"),
    "is_reverse_lookup": Sought("host", r"(?:^|\.)(?:in-addr|ip6)\.arpa$"),
    "is_mixed_script": Sought("shown", MIXED),
}
#: What polars can tell from the parts of the host.
_EXPRESSIONS: Mapping[str, pl.Expr] = {
    "length": _host.str.len_chars(),
    "label_count": pl.when(_named).then(_host.str.count_matches(".", literal=True) + 1),
    "registered_length": pl.when(pl.col("registered") != "").then(
        pl.col("registered").str.len_chars()
    ),
    "subdomain_length": pl.when(_named).then(_sub.str.len_chars()),
    "subdomain_count": pl.when(_named).then(
        pl.when(_sub == "").then(0).otherwise(_sub.str.count_matches(".", literal=True) + 1)
    ),
    "is_address": pl.col("is_address"),
    "has_known_suffix": pl.when(_named).then(pl.col("is_known_suffix")),
    "has_private_suffix": pl.when(_named).then(pl.col("is_private_suffix")),
    "suffix": pl.when(pl.col("suffix") != "").then(pl.col("suffix")),
    **{part: pl.when(_named).then(pl.col(part)) for part in ("longest_label", *CODES)},
    **{key: pl.col(key) for key in KEYS},
}
#: Classes of bytes in the name without its suffix.
_CLASSES: Mapping[str, Members] = {
    "digit_share": DIGITS,
    "hyphen_share": members("-"),
    "vowel_share": VOWELS,
    "consonant_share": CONSONANTS,
}
_RUNS = {"longest_digit_run": DIGITS, "longest_consonant_run": CONSONANTS}
Measured = dict[str, NDArray[np.generic]]


def host_parts(hosts: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
    """Return the wanted parts of hosts, row for row; null where a host has no such part.

    Parameters
    ----------
    hosts : names or addresses without a port; null counts as empty
    wanted : names of HOST_NUMBERS and HOST_WORDS, or ``subdomain``, ``domain`` and ``registered``
        (domain and suffix): keys for lists, never features

    Examples
    --------
    >>> host_parts(pl.Series(["www.bank.co.uk"]), ["subdomain_count", "suffix"]).row(0)
    (1, 'co.uk')
    """
    if not wanted:
        return pl.DataFrame()
    if len(hosts) <= FEW or hosts.head(SAMPLE).n_unique() * 2 > min(len(hosts), SAMPLE):
        return _parts(hosts, wanted)
    distinct = hosts.unique()
    known = _parts(distinct, wanted).with_columns(distinct.alias("its host"))
    rows = hosts.alias("its host").to_frame()
    joined = rows.join(known, on="its host", how="left", nulls_equal=True, maintain_order="left")
    return joined.select(wanted)


def _parts(hosts: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
    asked = frozenset(wanted)
    frame = split_hosts(hosts, [*PIECES, "name"] if asked & _TOLD["name"] else PIECES)
    columns = frame.get_columns()
    if asked & {"longest_label", *CODES}:
        columns += coded_labels(hosts).get_columns()
    if "is_mixed_script" in asked:
        columns.append(shown_hosts(frame["host"]).alias("shown"))
    found = _signs().of(pl.DataFrame(columns), wanted)
    for part, values in _measures(frame, frame["is_address"].to_numpy(), asked).items():
        found[part] = pl.Series(part, values, nan_to_null=True)
    if "resembles_brand" in asked:
        label = shown_hosts(frame["domain"])
        found["resembles_brand"] = resembles_brand(label).alias("resembles_brand")
    return pl.DataFrame([found[part] for part in wanted])


def host_parts_of_few(hosts: list[str | None], wanted: Collection[str]) -> dict[str, list[Any]]:
    """Return the same columns of a few hosts."""
    asked = frozenset(wanted)
    table = split_few(hosts)
    if asked & {"longest_label", *CODES}:
        table |= codes_of_few(hosts)
    if "is_mixed_script" in asked:
        table["shown"] = _shown(table["host"])
    found: dict[str, Any] = _signs().of(table, wanted)
    found |= _measures_of_few(table, asked)
    if "resembles_brand" in asked:
        found["resembles_brand"] = resembles_brand_in_few(_shown(table["domain"]))
    return found


def _shown(hosts: list[str | None]) -> list[str | None]:
    if not len(rows_with(PUNYCODE, hosts)):
        return hosts
    return shown_hosts(pl.Series(hosts, dtype=pl.String)).to_list()


@cache
def _signs() -> Signs:
    brand = brand_signs()
    return Signs({**_FLAGS, **brand.flags}, others={**_EXPRESSIONS, **brand.others})


def _measures(
    frame: pl.DataFrame,
    is_address: NDArray[np.bool_],
    asked: frozenset[str],
) -> dict[str, NDArray[np.float32]]:
    """Return what the bytes of the wanted strings tell; NaN for addresses and empty strings."""
    columns: dict[str, NDArray[np.float32]] = {}
    for of, measure in _MEASURES.items():
        told = _TOLD[of] & asked
        if not told:
            continue
        cells = CellBytes.of(frame[of])
        found, nothing = measure(cells, told), is_address | (cells.sizes == 0)
        parts = sorted(told)
        values = np.where(nothing, np.nan, np.array([found[p] for p in parts]))
        columns |= dict(zip(parts, values.astype(np.float32), strict=True))
    return columns


def _measures_of_few(
    table: Mapping[str, list[Any]], asked: frozenset[str]
) -> dict[str, list[float]]:
    """Return the same of a few."""
    columns: dict[str, list[float]] = {}
    for of, measure in _MEASURES.items():
        if told := _TOLD[of] & asked:
            found = measure(CellBytes.of(table[of]), told)
            is_there = [
                cell and not other
                for cell, other in zip(table[of], table["is_address"], strict=True)
            ]
            for part in told:
                each = zip(found[part].tolist(), is_there, strict=True)
                columns[part] = [value if there else np.nan for value, there in each]
    return columns


def _of_name(cells: CellBytes, wanted: Collection[str]) -> Measured:
    found: Measured = {}
    if _CLASSES.keys() & set(wanted):
        counts, sizes = class_counts(cells, _CLASSES), np.maximum(cells.sizes, 1)
        found |= {part: n / sizes for part, n in counts.items()}
    return found | {p: runs(cells, _RUNS[p])[1] for p in _RUNS if p in wanted}


def _of_domain(cells: CellBytes, wanted: Collection[str]) -> Measured:
    entropy, distinct = spread(cells)
    return {"entropy": entropy, "unique_share": distinct / np.maximum(cells.sizes, 1)}


def _of_subdomain(cells: CellBytes, wanted: Collection[str]) -> Measured:
    return {"subdomain_entropy": spread(cells)[0]}


#: What the bytes of each string tell.
_MEASURES: Mapping[str, Callable[[CellBytes, Collection[str]], Measured]] = {
    "name": _of_name,
    "domain": _of_domain,
    "subdomain": _of_subdomain,
}
_TOLD: Mapping[str, frozenset[str]] = {
    "name": frozenset({*_CLASSES, *_RUNS}),
    "domain": frozenset({"entropy", "unique_share"}),
    "subdomain": frozenset({"subdomain_entropy"}),
}
