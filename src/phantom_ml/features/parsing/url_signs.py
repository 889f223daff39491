"""What the wording of a URL gives away: patterns and expressions on the table of its components.

Sources: Ma et al. 2009 and Mohammad et al. 2014 on phishing URLs, the WHATWG URL Standard on addresses
in integer, octal and hexadecimal form, OWASP on open redirects. Lists: knowledge/web.toml and brands.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import polars as pl

from phantom_ml.features.cells.patterns import Signs, Sought
from phantom_ml.features.cells.strings import one_way
from phantom_ml.features.knowledge.lists import knowledge

URL, PATH, QUERY = pl.col("url"), pl.col("path"), pl.col("query")
#: What stands behind the last slash of the path.
FILE = pl.col("file")
HOST, SCHEME, PORT = pl.col("host"), pl.col("scheme"), pl.col("port")
#: Signs that need the host split at its public suffix.
NEED_DOMAIN = ("is_shortener", "misplaced_brand", "suffix_in_subdomain")
#: Ports that schemes mean anyhow.
DEFAULT_PORTS = ["http:80", "ws:80", "https:443", "wss:443", "ftp:21"]
#: One to four numbers, each decimal, octal or hexadecimal; or an IPv6 address.
ADDRESS = r"^(?:(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?$|\[)"
#: The form that everybody writes.
PLAIN_ADDRESS = r"^(?:(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}$|\[)"
TRAVERSAL = r"(?:\.|%2e)(?:\.|%2e)(?:/|\\|%2f|%5c)"
EMAIL = r"[a-z0-9][._+\-]*(?:@|%40)[a-z0-9\-]+\.[a-z]"
FILE_END = one_way(r"\.([a-z0-9]{1,8})$")
#: A brand of so few letters is looked for as a word of its own: ups is not in groups.
SHORT_BRAND = 4


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


@cache
def url_signs() -> Signs:
    """Return what is read off ``split_urls`` (path and query in small letters), ``url`` and ``file``.

    Those of ``NEED_DOMAIN`` read ``subdomain``, ``domain`` and ``registered`` of the host too.
    """
    return Signs(_flags(), _counts(), {"extension": Sought("path", FILE_END)}, _others())


def _flags() -> dict[str, Sought]:
    web = knowledge("web")
    parameters, folders = _either(web["redirect_parameters"]), _either(web["content_manager_paths"])
    endings, traversal, brand = _either(web["host_endings"]), TRAVERSAL, _brand()
    return {
        "host_is_ip": Sought("host", ADDRESS),
        "host_is_plain_ip": Sought("host", PLAIN_ADDRESS),
        **{f"says_{w}": Sought("url", p) for w, p in FLAGGED.items()},
        "double_encoded": Sought("url", "%25[0-9a-f]{2}"),
        "contains_url": Sought("url", r"(?:[/?&=#]|%3d)(?:https?|ftp)(?::|%3a)(?:/|%2f)"),
        "has_redirect_parameter": Sought("query", f"(?:^|[&;?]){parameters}="),
        "suffix_in_path": Sought("path", rf"[a-z0-9]\.{endings}(?:[^a-z0-9]|$)"),
        "is_content_manager_path": Sought("path", f"{folders}/"),
        "is_wordpress_path": Sought("path", "/wp-"),
        "is_index_file": Sought("path", r"/(?:index|home|main|default)\.[a-z]+$"),
        "is_home_directory": Sought("path", "^/(?:~|%7e)"),
        "has_hidden_directory": Sought("path", r"/\.[a-z0-9_]"),
        "suffix_in_subdomain": Sought("subdomain", rf"(?:^|[.\-]){endings}(?:[.\-]|$)"),
        **{f"{c}.traversal": Sought(c, traversal) for c in ("path", "query")},
        **{f"{c}.email": Sought(c, EMAIL) for c in ("path", "query")},
        **{f"{c}.brand": Sought(c, brand) for c in ("path", "subdomain", "domain")},
    }


def _counts() -> dict[str, Sought]:
    keywords = _either(knowledge("web")["keywords"])
    counts = {
        "path.depth": Sought("path", "/[^/]"),
        "path.word_count": Sought("path", "[a-z]+"),
        "path.keyword_count": Sought("path", keywords),
        "repeated_slashes": Sought("path", "//"),
        "query.parameter_count": Sought("query", "[^&]+"),
        "keyword_count": Sought("url", keywords),
        "brand_count": Sought("url", _either(brand_words())),
    }
    return {part: Sought(of, one_way(pattern)) for part, (of, pattern) in counts.items()}


def _others() -> dict[str, pl.Expr]:
    web, flag = knowledge("web"), pl.col
    is_default = pl.concat_str(SCHEME, PORT, separator=":").is_in(DEFAULT_PORTS)
    classes = {end: word for word, ends in web["extensions"].items() for end in ends}
    brand_of_host = flag("subdomain.brand").fill_null(False)
    return {
        "length": URL.str.len_chars(),
        "is_ascii": URL.str.len_chars() == URL.str.len_bytes(),
        "is_https": SCHEME.is_in(["https", "wss"]),
        "is_data_or_javascript": SCHEME.is_in(["data", "javascript", "vbscript"]).fill_null(False),
        "host_is_hidden_ip": flag("host_is_ip") & ~flag("host_is_plain_ip"),
        "has_port": PORT.is_not_null() & ~is_default.fill_null(False),
        "has_www": HOST.str.starts_with("www."),
        "has_userinfo": pl.col("userinfo").is_not_null(),
        "path.length": PATH.str.len_chars(),
        "path.file_length": FILE.str.len_chars(),
        "query.length": QUERY.str.len_chars(),
        "fragment.length": pl.col("fragment").str.len_chars().fill_null(0),
        "scheme": SCHEME,
        "file_class": pl.col("extension").replace_strict(classes, default=None),
        "has_traversal": flag("path.traversal") | flag("query.traversal"),
        "contains_email": flag("path.email") | flag("query.email"),
        "is_shortener": pl.col("registered").is_in(web["shorteners"])
        | HOST.is_in([s for s in web["shorteners"] if s.count(".") > 1]),
        "misplaced_brand": (flag("path.brand") | brand_of_host)
        & ~flag("domain.brand").fill_null(False),
    }


def _brand() -> str:
    long = [b for b in brand_words() if len(b) > SHORT_BRAND]
    short = _either(b for b in brand_words() if len(b) <= SHORT_BRAND)
    return rf"{_either(long)}|(?:^|[^a-z]){short}(?:[^a-z]|$)"


def brand_words() -> list[str]:
    """Return the names that others' pages pretend to be, also those that are words in hosts."""
    return [*knowledge("brands")["brands"], *knowledge("web")["brands_in_paths"]]


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(w) for w in words) + ")"
