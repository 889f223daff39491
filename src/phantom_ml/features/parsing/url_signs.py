"""What the wording of a URL gives away: expressions on the table of its components.

Sources: Ma et al. 2009 and Mohammad et al. 2014 on phishing URLs, the WHATWG URL Standard on addresses
in integer, octal and hexadecimal form, OWASP on open redirects. Lists: knowledge/web.toml and brands.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import polars as pl

from phantom_ml.features.knowledge.lists import knowledge

URL, PATH, QUERY = pl.col("url"), pl.col("path"), pl.col("query")
#: What stands behind the last slash of the path.
FILE = pl.col("file")
HOST, SCHEME, PORT = pl.col("host"), pl.col("scheme"), pl.col("port")
#: Signs that need the host split at its public suffix.
NEED_DOMAIN = ("is_shortener", "misplaced_brand", "suffix_in_subdomain")
#: Port that a scheme means anyhow.
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21}
#: One to four numbers, each decimal, octal or hexadecimal; or an IPv6 address.
ADDRESS = r"^(?:(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?$|\[)"
#: The form that everybody writes.
PLAIN_ADDRESS = r"^(?:(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}$|\[)"
TRAVERSAL = r"(?:\.|%2e)(?:\.|%2e)(?:/|\\|%2f|%5c)"
EMAIL = r"[a-z0-9][._+\-]*(?:@|%40)[a-z0-9\-]+\.[a-z]"
FILE_END = r"\.([a-z0-9]{1,8})$"
#: A brand of so few letters is looked for as a word of its own: ups is not in groups.
SHORT_BRAND = 4


@cache
def url_signs() -> dict[str, pl.Expr]:
    """Return name -> expression on ``split_urls`` (path and query in small letters), ``url``, ``file``.

    Those of ``NEED_DOMAIN`` read ``subdomain``, ``domain`` and ``registered`` of the host too.
    """
    return {**_address_signs(), **_word_signs(), **_domain_signs()}


def _address_signs() -> dict[str, pl.Expr]:
    default = SCHEME.replace_strict(DEFAULT_PORTS, default=None, return_dtype=pl.UInt16)
    is_address = HOST.str.contains(ADDRESS)
    return {
        "length": URL.str.len_chars(),
        "is_ascii": URL.str.len_chars() == URL.str.len_bytes(),
        "is_https": SCHEME.is_in(["https", "wss"]),
        "is_data_or_javascript": SCHEME.is_in(["data", "javascript", "vbscript"]).fill_null(False),
        "host_is_ip": is_address,
        "host_is_hidden_ip": is_address & ~HOST.str.contains(PLAIN_ADDRESS),
        "has_port": (PORT.is_not_null() & PORT.ne_missing(default)),
        "has_www": HOST.str.starts_with("www."),
        "has_userinfo": pl.col("userinfo").is_not_null(),
        "path.length": PATH.str.len_chars(),
        "path.depth": PATH.str.count_matches("/[^/]"),
        "path.file_length": FILE.str.len_chars(),
        "path.word_count": PATH.str.count_matches("[a-z]+"),
        "query.length": QUERY.str.len_chars(),
        "query.parameter_count": QUERY.str.count_matches("[^&]+"),
        "fragment.length": pl.col("fragment").str.len_chars().fill_null(0),
        "extension": PATH.str.extract(FILE_END),
        "scheme": SCHEME,
    }


def _word_signs() -> dict[str, pl.Expr]:
    web = knowledge("web")
    parameters, folders = _either(web["redirect_parameters"]), _either(web["content_manager_paths"])
    endings = _either(web["host_endings"])
    words = {f"says_{w}": URL.str.contains(f"(?:{p})") for w, p in FLAGGED.items()}
    return words | {
        "keyword_count": URL.str.count_matches(_either(web["keywords"])),
        "path.keyword_count": PATH.str.count_matches(_either(web["keywords"])),
        "brand_count": URL.str.count_matches(_either(brand_words())),
        "has_traversal": PATH.str.contains(TRAVERSAL) | QUERY.str.contains(TRAVERSAL),
        "double_encoded": URL.str.contains("%25[0-9a-f]{2}"),
        "has_redirect_parameter": QUERY.str.contains(f"(?:^|[&;?]){parameters}="),
        "contains_url": URL.str.contains(r"(?:[/?&=#]|%3d)(?:https?|ftp)(?::|%3a)(?:/|%2f)"),
        "contains_email": PATH.str.contains(EMAIL) | QUERY.str.contains(EMAIL),
        "suffix_in_path": PATH.str.contains(rf"[a-z0-9]\.{endings}(?:[^a-z0-9]|$)"),
        "is_content_manager_path": PATH.str.contains(f"{folders}/"),
        "is_wordpress_path": PATH.str.contains("/wp-", literal=True),
        "is_index_file": PATH.str.contains(r"/(?:index|home|main|default)\.[a-z]+$"),
        "is_home_directory": PATH.str.starts_with("/~") | PATH.str.starts_with("/%7e"),
        "has_hidden_directory": PATH.str.contains(r"/\.[a-z0-9_]"),
        "repeated_slashes": PATH.str.count_matches("//", literal=True),
        "file_class": PATH.str.extract(FILE_END).replace_strict(
            {end: word for word, ends in web["extensions"].items() for end in ends}, default=None
        ),
    }


#: Flag -> pattern of the words that say it.
FLAGGED = {
    "login": "log-?[io]n|sign-?[io]n",
    "verify": "verif|validat",
    "update": "updat|upgrad",
    "secure": "secur",
    "account": "acc?ount|konto|compte|cuenta",
    "webscr": "webscr|cmd=|webapps",
    "bank": "bank|banc",
    "confirm": "confirm",
    "wallet": "wallet|crypto|blockchain",
    "password": "passw|credential",
}


def _domain_signs() -> dict[str, pl.Expr]:
    web = knowledge("web")
    endings = _either(web["host_endings"])
    subdomain = pl.col("subdomain")
    return {
        "is_shortener": pl.col("registered").is_in(web["shorteners"])
        | HOST.is_in([s for s in web["shorteners"] if s.count(".") > 1]),
        "misplaced_brand": (_has_brand(PATH) | _has_brand(subdomain).fill_null(False))
        & ~_has_brand(pl.col("domain")).fill_null(False),
        "suffix_in_subdomain": subdomain.str.contains(rf"(?:^|[.\-]){endings}(?:[.\-]|$)"),
    }


def _has_brand(text: pl.Expr) -> pl.Expr:
    long = [b for b in brand_words() if len(b) > SHORT_BRAND]
    short = _either(b for b in brand_words() if len(b) <= SHORT_BRAND)
    return text.str.contains_any(long) | text.str.contains(rf"(?:^|[^a-z]){short}(?:[^a-z]|$)")


def brand_words() -> list[str]:
    """Return the names that others' pages pretend to be, also those that are words in hosts."""
    return [*knowledge("brands")["brands"], *knowledge("web")["brands_in_paths"]]


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(w) for w in words) + ")"
