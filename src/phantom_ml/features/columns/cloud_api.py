"""Names of cloud API calls and their error codes: what a call does, to what, and whether it was allowed.

AWS writes ``CreateAccessKey``, with or without its service (``iam:``, ``iam.amazonaws.com:``); Azure
``Microsoft.Compute/virtualMachines/write``; Google Cloud ``v1.compute.instances.insert`` or
``google.iam.admin.v1.CreateServiceAccountKey``. A column is read where half of its strings look so.

Source: the three vendors' API references and MITRE ATT&CK's cloud matrix, listed in knowledge/cloud.toml.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import ClassVar, Self

import polars as pl

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import as_text, encoders
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parts import FIT_STRINGS, MAX_CHARACTERS, PartsEncoder

#: Share of distinct strings that must look like calls, or like error codes.
ENOUGH = 0.5
#: Characters of a name that are read: the longest ones of the vendors have about 150.
NAME_CHARACTERS = 256
#: What a role, a key or a policy is changed by is a change of rights.
RIGHTS = (
    r"(?i-u)(?:policy|policies|roleassignments?|roledefinitions?|permissions?|acl|acls|grants?|accesskey"
    r"|loginprofile|serviceaccountkey|mfadevice|tousergroup|usertogroup|elevateaccess|iampolicy)(?:version)?(?:/|$)"
)
#: Error codes that no list has: what ends so.
ERROR = r"(?:Exception|Error|Denied|NotFound|Invalid[A-Za-z]*|Exceeded|Fault|Failed)(?:$|:)"

_AWS = r"^(?:(?P<aws>[a-z0-9-]+)(?:\.amazonaws\.com)?[:.])?(?P<call>[A-Z][a-z]+[A-Z][A-Za-z0-9]*)$"
_AZURE = r"^(?i-u:microsoft)\.(?P<azure>[A-Za-z]+)(?:/[A-Za-z0-9._-]+)*/(?P<call>[A-Za-z]+)$"
_GOOGLE = r"^(?:(?:v[0-9][a-z0-9]*|beta|alpha)\.)?(?:google\.|io\.k8s\.)?(?P<google>[a-z]+)(?:\.[A-Za-z0-9]+)+$"


#: Parts that the verb of a call decides.
_OF_VERB = frozenset({"verb", "access", "service"})


@encoders.add("cloud_api")
class CloudApiEncoder(PartsEncoder):
    """What the name of an API call says."""

    name = "cloud_api"
    version = 2
    kinds = frozenset({ColumnKind.CATEGORY, ColumnKind.ENTITY})
    numbers: ClassVar[Mapping[str, str]] = {
        "is_sensitive": "1 for a call that attackers need, such as CreateAccessKey",
        "is_denied": "1 for an error code that says that the call was not allowed",
    }
    words: ClassVar[Mapping[str, str]] = {
        "verb": "what the call does: get, create, delete",
        "access": "read, write, delete, permission or login",
        "service": "the service that is called: iam, compute",
        "technique": "the ATT&CK technique that a sensitive call belongs to",
    }

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> Self | None:
        """Return the encoder; None unless half of the strings are calls or error codes."""
        distinct = as_text(values).drop_nulls().unique().sort().head(FIT_STRINGS)
        distinct = distinct.str.slice(0, MAX_CHARACTERS)
        if not len(distinct):
            return None
        looks = distinct.alias("s").to_frame().select(_looks_like_a_call() | _looks_like_an_error())
        if looks.to_series().fill_null(value=False).sum() < ENOUGH * len(distinct):
            return None
        return super().fit(values, schema)

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each name.

        Examples
        --------
        >>> names = pl.Series(["iam:CreateAccessKey", "Microsoft.Compute/virtualMachines/write"])
        >>> CloudApiEncoder.compute(names, ["access", "service"]).rows()
        [('permission', 'iam'), ('write', 'compute')]
        """
        parts = _parts()
        table = text.str.slice(0, NAME_CHARACTERS).alias("s").to_frame()
        table = table.with_columns(key=_key(), code=_error_code())
        if not _OF_VERB.isdisjoint(wanted):  # the costly one: a pattern of all verbs
            table = table.with_columns(verb=_verb())
        return table.select(parts[p].alias(p) for p in parts if p in wanted)


def _parts() -> dict[str, pl.Expr]:
    s, verb, key = pl.col("s"), pl.col("verb"), pl.col("key")
    sensitive = knowledge("cloud")["sensitive"]
    by_verb = verb.replace_strict(_access_of_verbs(), default=None, return_dtype=pl.String)
    changes = by_verb.is_in(["write", "delete"]) & s.str.contains(RIGHTS)
    is_call = verb.is_not_null()
    technique = key.replace_strict(sensitive, default=None, return_dtype=pl.String)
    technique = technique.fill_null(
        _last_two().replace_strict(sensitive, default=None, return_dtype=pl.String)
    )
    return {
        "is_sensitive": technique.is_not_null(),
        "is_denied": _error_code()
        .is_in(knowledge("cloud")["errors"]["denied"])
        .fill_null(value=False),
        "verb": verb,
        "access": pl.when(changes | (key == "setiampolicy"))
        .then(pl.lit("permission"))
        .otherwise(by_verb),
        "service": pl.when(is_call).then(_service()),
        "technique": technique,
    }


@cache
def _access_of_verbs() -> dict[str, str]:
    verbs: dict[str, list[str]] = knowledge("cloud")["verbs"]
    return {verb: access for access, those in verbs.items() for verb in those}


@cache
def _verbs() -> str:
    """Return a pattern of all verbs, the longest first, as they begin a name in camel case."""
    verbs = sorted(_access_of_verbs(), key=lambda v: (-len(v), v))
    return "|".join(f"[{v[0].upper()}{v[0]}]{v[1:]}" for v in verbs)


def _verb() -> pl.Expr:
    """Return the verb of a call in lower case; null for what is none."""
    s = pl.col("s")
    name = s.str.extract(r"([A-Za-z0-9]+)$")
    begins = name.str.extract(rf"^(?:[Bb]atch|[Aa]ggregated|[Cc]onsole)?({_verbs()})(?:[A-Z0-9]|$)")
    # Azure and some logs write in one case: there the last word alone says what is done.
    in_one_case = pl.when(name.str.to_lowercase().is_in(list(_access_of_verbs()))).then(name)
    word = begins.fill_null(in_one_case).str.to_lowercase()
    is_shaped = s.str.contains(_AWS) | s.str.contains(_AZURE) | s.str.contains(_GOOGLE)
    return pl.when(is_shaped).then(word)


def _key() -> pl.Expr:
    """Return the call in lower case, without its service."""
    return pl.col("s").str.extract(r"([A-Za-z0-9]+)$").str.to_lowercase()


def _last_two() -> pl.Expr:
    s = pl.col("s").str.to_lowercase()
    return s.str.extract(r"([a-z0-9]+[/.][a-z0-9]+)$")


def _service() -> pl.Expr:
    s = pl.col("s")
    return pl.coalesce(
        s.str.extract(_AWS), s.str.extract(_AZURE), s.str.extract(_GOOGLE)
    ).str.to_lowercase()


def _error_code() -> pl.Expr:
    s = pl.col("s").str.strip_chars()
    return s.str.extract(r"^(?:[A-Za-z]+\.)?([A-Za-z_ ]+)(?:\.[A-Za-z]+)*$").str.to_lowercase()


def _looks_like_a_call() -> pl.Expr:
    # One word in lower case is a word, not a call: "admin.list" a file's name.
    has_form = pl.col("s").str.contains(r"[A-Z]|\..*\.|/")
    return _verb().is_not_null() & has_form


def _looks_like_an_error() -> pl.Expr:
    errors = knowledge("cloud")["errors"]
    known = _error_code().is_in([*errors["denied"], *errors["other"]])
    return known | pl.col("s").str.contains(r"^[A-Za-z.]+$") & pl.col("s").str.contains(ERROR)
