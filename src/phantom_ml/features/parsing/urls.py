"""URLs taken apart, a whole column at once, as a browser reads them.

Grammar: RFC 3986. Leniency: the WHATWG URL Standard (control characters and spaces around are cut off,
tabs and line breaks inside are dropped, a backslash is a slash, any number of slashes follows http:).
Without a scheme a first part that looks like a host is one, since logs often leave ``http://`` out.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from phantom_ml.features.cells.queries import Formulas, extended, selected
from phantom_ml.features.cells.strings import groups, one_way

#: Columns of what ``split_urls`` returns.
URL_COMPONENTS = ("scheme", "userinfo", "host", "port", "path", "query", "fragment")

#: Schemes without a host, where all that follows is one text.
OPAQUE = "javascript|vbscript|data|mailto|tel|sms|about|blob|view-source|urn|magnet"
#: How nearly all URLs are written; no choice is ever open in it, so that it takes half the time.
PLAIN = one_way(
    r"(?s)^(?P<scheme>https?)://(?P<host>[^/\\?#@:\[\t\r\n]+)(?P<path>/[^?#\\\t\r\n]*)?"
    r"(?:\?(?P<query>[^#\t\r\n]*))?(?:#(?P<fragment>[^\t\r\n]*))?$"
)
#: Scheme and authority, or an opaque scheme, or the first segment; then path, query and fragment.
PATTERN = (
    r"(?is)^(?:"
    r"(?:(?P<web>https?|ftp|wss?):[/\\]*|(?P<other>[a-z][a-z0-9+.\-]*)://|[/\\]{2})"
    r"(?P<authority>[^/\\?#]*)"
    rf"|(?P<opaque>{OPAQUE}):"
    r"|(?P<first>[^/\\?#]+))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?$"
)
#: What is before the host and behind it.
AUTHORITY = r"(?s)^(?:(?P<userinfo>.*)@)?(?P<host>\[[^\]]*\]?|[^:]*)(?::(?P<port>.*))?$"
#: A first segment that is a host: dotted with a word at the end, an address, or localhost.
HOST = (
    r"(?i)^(?:[^@\s]*@)?(?:localhost|\[[0-9a-f:.]+\]|[0-9]+(?:\.[0-9]+){3}"
    r"|(?:[^\s.:@=&%()'\x22<>]+\.)+(?:xn--[a-z0-9\-]+|[^\s.:@=&%()'\x22<>0-9\-]{2,})\.?)(?::[0-9]*)?$"
)
#: Ends of file names that are no top-level domains: index.php is a path.
FILE = (
    r"(?i)\.(?:php[0-9]?|s?html?|xhtml|aspx?|jspx?|cgi|cfm|js|css|json|xml|txt|pdf|png|jpe?g|gif|ico|svg"
    r"|exe|dll|bin|dat|docx?|xlsx?|gz|rar|action|axd|ashx|asmx|woff2?|log|bak|ini|conf)$"
)
#: C0 controls and the space.
AROUND = "".join(map(chr, range(33)))

_BARE = pl.col("url").str.strip_chars(AROUND)
_PLAIN = _BARE.str.extract_groups(PLAIN)
#: Components that a plain URL has none of.
_NOT_PLAIN = {"userinfo": pl.lit(None, pl.String), "port": pl.lit(None, pl.UInt16)}
_ORDERED: dict[str, pl.Expr] = {
    **{name: pl.col(name) for name in URL_COMPONENTS},
    "host": pl.col("host").str.to_lowercase(),
    "path": pl.col("path").fill_null(""),
    **_NOT_PLAIN,
}
_AROUND_OFF = Formulas({"url": _BARE})
_OF_PLAIN = Formulas({name: _ORDERED[name] for name in ("host", "path")})


def split_urls(urls: pl.Series) -> pl.DataFrame:
    """Return the components of each URL, row for row; null where there is none.

    Scheme and host are lower case, the host keeps the brackets of an IPv6 address, and backslashes of the
    path are slashes. A port that is no number from 0 to 65535 is missing.

    Examples
    --------
    >>> split_urls(pl.Series(["HTTPS://me@Example.com:8443/a?q=1#top"])).row(0)
    ('https', 'me', 'example.com', 8443, '/a', 'q=1', 'top')
    >>> split_urls(pl.Series(["example.com/path", "/path?q=1"])).select("host", "path", "query").rows()
    [('example.com', '/path', None), (None, '/path', 'q=1')]
    """
    table = urls.alias("url").to_frame()
    plain = table.select(_PLAIN).unnest("url")
    is_plain = plain["scheme"].is_not_null()
    if is_plain.all():
        return _ordered(plain)
    # What is missing is not matched again, so that this costs only what is odd.
    odd = _odd(table.select(pl.when(~is_plain).then(_BARE)))
    return _ordered(selected(plain, (pl.coalesce(c, odd[c]) for c in plain.columns)), odd)


def split_few(urls: list[str | None]) -> dict[str, list[Any]]:
    """Return the columns of ``split_urls`` of a few URLs."""
    bare = _AROUND_OFF.of_few({"url": urls})["url"]
    plain = groups(PLAIN, bare)
    if None in plain["scheme"]:
        return split_urls(pl.Series(urls, dtype=pl.String)).to_dict(as_series=False)
    nothing = {name: [None] * len(urls) for name in _NOT_PLAIN}
    return plain | _OF_PLAIN.of_few(plain) | nothing


def _ordered(table: pl.DataFrame, odd: pl.DataFrame | None = None) -> pl.DataFrame:
    others = {} if odd is None else {name: pl.lit(odd[name]) for name in _NOT_PLAIN}
    return selected(table, **_ORDERED | others)


def _odd(urls: pl.DataFrame) -> pl.DataFrame:
    """Return the components of URLs that are written in any way."""
    clean = pl.col("url").str.replace_all(r"[\t\r\n]", "")
    found = urls.select(clean.str.extract_groups(PATTERN)).unnest("url")
    first, path = pl.col("first"), pl.col("path")
    is_host = first.str.contains(HOST) & ~(first.str.contains(FILE) & ~first.str.contains("[@:]"))
    known = extended(
        found,
        authority=pl.coalesce("authority", pl.when(is_host).then(first)),
        path=pl.when(is_host | first.is_null()).then(path).otherwise(first + path),
    )
    known = extended(
        known,
        pl.coalesce("web", "other", "opaque").str.to_lowercase().alias("scheme"),
        pl.col("authority").str.extract_groups(AUTHORITY).struct.unnest(),
        pl.when(pl.col("opaque").is_null()).then(_slashes()).otherwise(path).alias("path"),
    )
    port = pl.col("port").cast(pl.UInt16, strict=False)
    return extended(known, pl.col("host").replace("", None), port)


def _slashes() -> pl.Expr:
    return pl.col("path").str.replace_all("\\", "/", literal=True)
