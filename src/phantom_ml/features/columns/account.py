r"""Names of accounts: a person's, a machine's, a service's, an administrator's, or the system's own.

Windows SIDs (``S-1-5-21-...-500``), down-level names (``CORP\eve``), principals (``eve@corp.example``),
AWS ARNs (``arn:aws:iam::123456789012:user/eve``) and plain names. A column is read where its own name
says that it holds accounts, or where half of its strings look like some: hosts are entities, too.

Source: Microsoft, "Well-known SIDs" and [MS-DTYP]; AWS IAM identifiers; names listed in knowledge/accounts.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import ClassVar, Self

import polars as pl

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import as_text, encoders
from phantom_ml.features.cells.bytes import DIGITS, CellBytes
from phantom_ml.features.cells.classes import class_counts, spread
from phantom_ml.features.cells.queries import selected
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parts import FIT_STRINGS, PartsEncoder

#: Words of column names that hold accounts, in snake case or camel case.
HINTS = (
    r"(?i)(?:^|[^a-z])(?:user|users|username|userid|uid|account|accounts|login|logon|subject|target_?user"
    r"|principal|actor|upn|sid|arn|identity|owner|caller|acct|samaccountname|member)(?:$|[^a-z])"
)
#: Names with such a word that hold none; and words of names put together without a mark: "accountname".
NO_HINTS = r"(?i)user_?agent|log[io]n_?(?:type|time|count)"
INNER_HINTS = r"(?i)user_?name|user_?id|account_?name|login_?name|principal_?id|user_?sid|user_?arn"
#: Share of distinct strings that must look like accounts where the column's name says nothing.
ENOUGH = 0.5
#: Characters of a name that are read.
NAME_CHARACTERS = 512

_SID = r"^s-1-[0-9-]+$"
_ARN = r"^arn:[a-z-]+:[a-z0-9-]*:"
_HOLDER = r"^arn:[a-z-]+:(?:iam|sts):"
_UPN = r"^[^@\s\\/]+@[^@\s\\/]+$"
_DOMAIN_USER = r"^[^\\/\s]+[ ]?[^\\/]*\\[^\\]+$"


@encoders.add("account")
class AccountEncoder(PartsEncoder):
    """What an account's name says of its holder, where a column's name or half of its values tell accounts."""

    name = "account"
    version = 2
    kinds = frozenset({ColumnKind.ENTITY})
    numbers: ClassVar[Mapping[str, str]] = {
        "is_machine": "1 for a computer's account, which ends with a dollar sign",
        "is_service": "1 for the name of a service account",
        "is_admin": "1 for the name or SID of an administrator",
        "is_system": "1 for accounts of the operating system",
        "is_default": "1 for names that come with a product, such as guest or pi",
        "is_assumed_role": "1 for a role of a cloud that somebody has taken on",
        "length": "characters of the name",
        "digit_share": "share of digits, 0 to 1",
        "entropy": "bits a byte of the name, 0 to 8",
    }
    words: ClassVar[Mapping[str, str]] = {
        "format": "sid, arn, upn, domain_user or plain",
    }

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> Self | None:
        """Return the encoder; None unless its name or its values say that the column holds accounts."""
        if not (_names_accounts(schema.name) or _look_like_accounts(values)):
            return None
        return super().fit(values, schema)

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        r"""Return the wanted parts of each name.

        Examples
        --------
        >>> names = pl.Series(["CORP\\WEB01$", "svc_backup@corp.example"])
        >>> AccountEncoder.compute(names, ["is_machine", "is_service", "format"]).rows()
        [(True, False, 'domain_user'), (False, True, 'upn')]
        """
        table = _forms(text)
        s = table["s"]
        flags = {p: make for p, make in _FLAGS.items() if p in wanted}
        found = selected(table, pl.col("s"), *(make().alias(p) for p, make in flags.items()))
        found = found.with_columns(**_measures(s, wanted))
        return found.drop("s")


def _forms(text: pl.Series) -> pl.DataFrame:
    """Return each name as it is, in lower case, and without its domain."""
    s = text.str.slice(0, NAME_CHARACTERS).str.strip_chars().alias("s")
    table = s.to_frame().with_columns(low=pl.col("s").str.to_lowercase())
    return table.with_columns(name=_bare_name())


def _look_like_accounts(values: pl.Series) -> bool:
    """Return whether half of the distinct strings can hardly be anything but accounts."""
    distinct = as_text(values).drop_nulls().unique().sort().head(FIT_STRINGS)
    looks = _forms(distinct).select(_looks_like_one()).to_series()
    return bool(len(looks)) and int(looks.sum()) >= ENOUGH * len(looks)


def _looks_like_one() -> pl.Expr:
    low, name = pl.col("low"), pl.col("name")
    # The words of services name hosts, too: sql01, backup-2.
    forms = (_SID, _HOLDER, _UPN, _DOMAIN_USER)
    of_form = pl.any_horizontal(low.str.contains(form) for form in forms)
    return of_form | name.str.contains(r"\$$|^svc|svc$") | _one_of("admin", "system")


def _measures(s: pl.Series, wanted: Collection[str]) -> dict[str, pl.Series]:
    found = {}
    if "length" in wanted:
        found["length"] = s.str.len_chars()
    if "digit_share" in wanted or "entropy" in wanted:
        cells = CellBytes.of(s)
        if "digit_share" in wanted:
            digits = class_counts(cells, {"digit": DIGITS})["digit"]
            found["digit_share"] = pl.Series(digits / cells.sizes.clip(min=1))
        if "entropy" in wanted:
            found["entropy"] = pl.Series(spread(cells)[0])
    return found


def _bare_name() -> pl.Expr:
    """Return the account without its domain, in lower case: of a role that was taken on, the role."""
    low = pl.col("low").str.replace(r"^.*:assumed-role/([^/]+)(?:/.*)?$", "$1")
    return low.str.replace(r"^.*[\\/]", "").str.replace(r"@[^@]*$", "")


def _is_sid() -> pl.Expr:
    return pl.col("low").str.contains(_SID)


def _one_of(*names: str) -> pl.Expr:
    return pl.col("name").is_in([n for name in names for n in knowledge("accounts")[name]])


def _has_word(name: str) -> pl.Expr:
    words = "|".join(knowledge("accounts")[name])
    # "svc_sql01" and "sqlsvc" are services, "wesley.bottom" is none: words end at marks and digits.
    return pl.col("name").str.contains(rf"(?:^|[^a-z])(?:{words})(?:$|[^a-z])") & ~_is_sid()


def _rid_of(name: str) -> pl.Expr:
    rid = pl.col("low").str.extract(r"^s-1-5-21-[0-9-]*-([0-9]+)$")
    return rid.is_in(knowledge("accounts")[name]).fill_null(value=False)


def _is_service() -> pl.Expr:
    glued = pl.col("name").str.contains(r"^(?:svc|srv)[a-z]|[a-z]svc$")
    return _has_word("service_words") | glued | pl.col("low").str.contains(r"gserviceaccount\.com$")


def _is_admin() -> pl.Expr:
    is_known = _one_of("admin") | pl.col("low").is_in(knowledge("accounts")["admin_sids"])
    is_root = pl.col("low").str.contains(r"^arn:[a-z-]+:iam::[0-9]*:root$")
    return is_known | is_root | _has_word("admin_words") | _rid_of("admin_rids")


def _is_default() -> pl.Expr:
    # What a cloud's roles and users are called is its owner's choice: no product brings them.
    is_chosen = pl.col("low").str.contains(_ARN)
    return (_one_of("default") & ~is_chosen) | _rid_of("default_rids")


def _is_system() -> pl.Expr:
    is_known = _one_of("system") | pl.col("low").is_in(knowledge("accounts")["system_sids"])
    return is_known | pl.col("name").str.contains(r"^(?:dwm|umfd)-[0-9]+$")


def _format() -> pl.Expr:
    low = pl.col("low")
    return (
        pl.when(_is_sid())
        .then(pl.lit("sid"))
        .when(low.str.contains(_ARN))
        .then(pl.lit("arn"))
        .when(low.str.contains(_UPN))
        .then(pl.lit("upn"))
        .when(low.str.contains(_DOMAIN_USER))
        .then(pl.lit("domain_user"))
        .otherwise(pl.lit("plain"))
    )


_FLAGS: dict[str, Callable[[], pl.Expr]] = {
    "is_machine": lambda: pl.col("name").str.ends_with("$"),
    "is_service": _is_service,
    "is_admin": _is_admin,
    "is_system": _is_system,
    "is_default": _is_default,
    "is_assumed_role": lambda: pl.col("low").str.contains(r":assumed-role/|^aro[a-z0-9]+:"),
    "format": _format,
}


def _names_accounts(column: str) -> bool:
    snake = pl.Series([column]).str.replace_all(r"([a-z0-9])([A-Z])", "${1}_${2}")
    is_hinted = snake.str.contains(HINTS) | snake.str.contains(INNER_HINTS)
    return bool((is_hinted & ~snake.str.contains(NO_HINTS)).item())
