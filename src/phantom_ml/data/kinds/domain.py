"""Domain names: labels that end in a top-level domain."""

from __future__ import annotations

from dataclasses import replace

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import Claim, Pattern, Recogniser, kinds
from phantom_ml.data.kinds.unicode_endings import UNICODE_ENDINGS
from phantom_ml.data.schema import ColumnKind

HINTS = name_words(
    """domain domains fqdn hostname host dns qname query sni rrname servername server
    host_header subdomain rdata answer nameserver mx"""
)
#: Countries of ISO 3166, less those that are also endings of files or words of a sentence.
_COUNTRIES = (
    "a[cdefgilmoqrtuwxz]|b[abdefghijmnorstvwyz]|c[adfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrstu]|f[ijkmor]"
    "|g[abdefghilmnpqrstuwy]|h[kmnrtu]|i[delmnoqrst]|j[emop]|k[eghimnprwyz]|l[abcikrstuvy]"
    "|m[acdeghklmnopqrstuvwxyz]|n[acefgilopruz]|om|p[aefghkmnrtwy]|qa|r[eouw]|s[abcdegijklmnrtuvxyz]"
    "|t[cdfghjklmnortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[et]|z[amw]"
)
_GENERIC = (
    "com|net|org|edu|gov|mil|int|arpa|info|biz|name|pro|aero|coop|museum|mobi|travel|jobs|asia|cat|tel|post"
    "|xyz|top|club|online|site|store|tech|shop|live|icu|buzz|app|dev|cloud|space|website|fun|host|press|vip"
    "|work|link|click|win|bid|loan|men|date|download|stream|party|review|trade|racing|science|cricket|gdn"
    "|wang|ren|kim|red|blue|pink|black|today|world|life|email|support|services|solutions|systems|network"
    "|digital|agency|company|center|group|media|news|blog|wiki|page|zone|rest|bar|cam|monster|cfd|sbs|cyou"
    "|quest|beauty|hair|skin|makeup|lol|mom|pics|autos|boats|homes|uno|bond|bet|casino|poker|tube|video|chat"
    "|social|art|design|studio|photo|photos|money|finance|bank|capital|insurance|global|international|one"
    "|ltd|llc|inc|gmbh|berlin|london|nyc|tokyo|paris|moscow|africa|swiss|google|amazon|microsoft|apple"
    "|local|localdomain|lan|internal|intranet|corp|home|onion|test|example|invalid|xn--[a-z0-9-]{2,59}"
)
#: Also endings of files and programs: taken only where the name speaks of domains.
_AMBIGUOUS = "zip|mov|py|sh|pl|rs|so|cc|ps|md|ai|js|do|id|in|is|it|me|my|no|to|by|as"
_LABELS = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+"
#: Letters of any script, as a browser shows punycode (RFC 5890), and last labels in them.
_ANY_LABELS = r"(?:[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?\.)+"
#: The same without a bound to its length: so many letters counted cost a hundred times as much in long text.
_PLAIN_LABELS = r"(?:[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_-]*\.)+"
_ANY_LAST = r"[\p{L}\p{M}--\p{ASCII}]{2,24}"

_PATTERN = Pattern(
    ColumnKind.DOMAIN,
    "domain names",
    rf"^(?:\*\.)?{_LABELS}(?i:{_GENERIC}|{_COUNTRIES})\.?$",
    HINTS,
    loose=rf"^(?:\*\.)?{_ANY_LABELS}(?:(?i:{_GENERIC}|{_COUNTRIES}|{_AMBIGUOUS})|{_ANY_LAST})\.?(?::\d{{1,5}})?$",
    # The longest name that DNS can carry (RFC 1035), less its root.
    but_not=r"^.{254,}",
    needs=".",
)
#: Of any script. The last labels are known ones: first and last names between dots look alike.
_OF_ANY_SCRIPT = replace(
    _PATTERN,
    pattern=rf"^(?:\*\.)?{_PLAIN_LABELS}(?i:{_GENERIC}|{_COUNTRIES}|{'|'.join(UNICODE_ENDINGS)})\.?$",
)


def _claim(column: Column) -> Claim | None:
    is_ascii = all(character.isascii() for character in column.characters)
    return (_PATTERN if is_ascii else _OF_ANY_SCRIPT).claim(column)


kinds.add("domain")(Recogniser(ColumnKind.DOMAIN, 120, _claim))
