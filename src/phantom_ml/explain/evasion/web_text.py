r"""Where the parts of URLs, hosts and requests lie in their text; nothing is normalised.

Grammar: RFC 3986, section 3. What a browser would repair first (blanks, backslashes, control characters) is
no URL here, so that a change never depends on the repair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.rewriting import Mask, Places, percent_encoded, within
from phantom_ml.features.cells.bytes import DIGITS, LETTERS, CellBytes, members
from phantom_ml.features.parsing.hosts import split_hosts
from phantom_ml.features.parsing.urls import FILE

#: Kinds whose cells begin with a host, or with a scheme before it.
HOSTED = frozenset({ColumnKind.URL, ColumnKind.DOMAIN})
PARTS = ("scheme", "userinfo", "host", "port", "path", "query", "fragment")
_URL = (
    r"(?s)^((?i:https?|ftp)://)?((?:[^/?#@\\\s]*@)?)([^/?#:@\\\s]*)((?::[0-9]+)?)"
    r"((?:/[^?#\\\s]*)?)((?:\?[^#\\\s]*)?)((?:#[^\\\s]*)?)$"
)
#: Labels of a name in DNS, ASCII alone (RFC 1035).
_NAME = r"^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}$"
#: A request line (RFC 9112, 3), and a query on its own.
_REQUEST = r"(?s)^([A-Z]{3,10} )([^?#\\\s]*)((?:\?[^#\s]*)?)( HTTP/[0-9.]+)$"
_PARAMETERS = r"^[?&]?[\w.\[\]-]+=[^\s]*$"
#: All that a URL may hold (RFC 3986, 2); text with anything else was decoded, or is no URL.
_WIRE = r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+$"
UNRESERVED = LETTERS | DIGITS | members("-._~")
#: What a parameter's value may hold as it is (RFC 3986, 3.4), less what parts parameters.
_IN_VALUE = UNRESERVED | members("/?:@!$'()*,;")
#: Characters of a benign text that are taken over.
_DONATED = 200


@dataclass(frozen=True)
class UrlText:
    """URLs and where their parts lie.

    Attributes
    ----------
    parts : DataFrame
        ``scheme`` (with ://), ``userinfo``, ``host``, ``port``, ``path``, ``query`` and ``fragment``, each
        as written, with its marks; null throughout where the text is no URL of the web.
    """

    parts: pl.DataFrame

    @classmethod
    def of(cls, text: pl.Series) -> UrlText:
        """Return the parts of URLs, of paths on a server, and of bare hosts."""
        found = text.alias("t").to_frame().select(pl.col("t").str.extract_groups(_URL))
        parts = found.unnest("t").rename(dict(zip(map(str, range(1, 8)), PARTS, strict=True)))
        parts = parts.with_columns(pl.col("scheme").fill_null(""))
        host, scheme = pl.col("host"), pl.col("scheme")
        bare = host.str.contains(_NAME) & ~host.str.contains(FILE)
        bare &= pl.lit(split_hosts(parts["host"])["is_known_suffix"])
        on_server = (host == "") & pl.col("path").str.contains("^/(?:[^/]|$)")
        known = pl.when(scheme == "").then(on_server | bare).otherwise(host != "")
        return cls(parts.select(pl.when(known).then(pl.col(p)).alias(p) for p in PARTS))

    @property
    def named(self) -> NDArray[np.bool_]:
        """Return where the host is a name of its owner: no address, no guest of a hosting company."""
        hosts = split_hosts(self.parts["host"])
        written = self.parts["host"].str.contains(_NAME).fill_null(value=False)
        own = hosts["is_known_suffix"] & ~hosts["is_private_suffix"] & (hosts["registered"] != "")
        return (written & own & ~hosts["is_address"]).to_numpy()

    def span(self, first: str, last: str) -> tuple[Places, Places]:
        """Return where a run of parts begins and ends, in bytes; an empty span where there is no URL."""
        sizes = self.parts.select(
            pl.col(p).str.len_bytes().fill_null(0).cast(pl.Int64) for p in PARTS
        )
        ends = np.cumsum(sizes.to_numpy(), axis=1)
        before = PARTS.index(first)
        return ends[:, before] - sizes[first].to_numpy(), ends[:, PARTS.index(last)]

    def joined(self, **instead: pl.Expr) -> pl.Series:
        """Return the URLs with other parts; null where the text is no URL."""
        return self.parts.select(
            pl.concat_str(instead.get(part, pl.col(part)) for part in PARTS)
        ).to_series()


def with_label(text: pl.Series, labels: pl.Series) -> pl.Series:
    """Return URLs and hosts with labels before the host; null where no name may be padded so.

    Parameters
    ----------
    text, labels : Series of strings
        Null labels give null. A name has at most 253 characters (RFC 1035).
    """
    url = UrlText.of(text)
    padded = labels + "." + url.parts["host"]
    fits = (padded.str.len_bytes() <= 253).fill_null(value=False) & pl.Series(url.named)
    return url.joined(host=pl.lit(padded.alias("host"))).set(~fits, None)


def with_parameters(text: pl.Series, added: pl.Series) -> pl.Series:
    """Return URLs and requests with parameters (``a=b&c=d``) behind their own; null where that cannot be.

    An application ignores parameters that it does not ask for.
    """
    url = UrlText.of(text)
    extra, query, path = pl.lit(added.alias("extra")), pl.col("query"), pl.col("path")
    longer = pl.when(query.str.len_bytes() > 1).then(query + "&" + extra).otherwise("?" + extra)
    # A bare name is a host, not a URL that could have a query.
    has_place = (pl.col("scheme") != "") | (path != "")
    rooted = pl.when(path == "").then(pl.lit("/")).otherwise(path)
    of_url = url.joined(path=rooted, query=pl.when(has_place).then(longer))
    request = text.alias("t").to_frame().select(pl.col("t").str.extract_groups(_REQUEST))
    parts = request.unnest("t")
    of_request = parts.select(
        pl.concat_str(
            "1",
            "2",
            pl.when(pl.col("3").str.len_bytes() > 1)
            .then(pl.col("3") + "&" + extra)
            .otherwise("?" + extra),
            "4",
        )
    ).to_series()
    of_query = (text + "&" + added).set(~text.str.contains(_PARAMETERS), None)
    return _first_known(of_url, of_request, of_query)


def _first_known(*texts: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(pl.lit(t.alias(str(i))) for i, t in enumerate(texts))).to_series()


def encodable(text: pl.Series, cells: CellBytes) -> Mask:
    """Return which bytes of URLs and requests may be written as %HH: letters and digits behind the host."""
    start, end = UrlText.of(text).span("path", "query")
    sizes = text.str.len_bytes().cast(pl.Int64).to_numpy()
    parts = text.alias("t").to_frame().select(pl.col("t").str.extract_groups(_REQUEST)).unnest("t")
    method, target = (
        parts.select(pl.concat_str(names).str.len_bytes().cast(pl.Int64)).to_series()
        for names in (["1"], ["1", "2", "3"])
    )
    is_request = parts["1"].is_not_null().to_numpy()
    start = np.where(is_request, method.fill_null(0).to_numpy(), start)
    end = np.where(is_request, target.fill_null(0).to_numpy(), end)
    is_query = (text.str.contains(_PARAMETERS) & text.str.contains(_WIRE)).to_numpy()
    is_query &= end == 0
    start, end = np.where(is_query, 0, start), np.where(is_query, sizes, end)
    return within(cells, start, end) & (LETTERS | DIGITS)[cells.data]


def as_value(text: pl.Series) -> pl.Series:
    """Return texts as the value of a parameter: cut, and percent-encoded where a query needs it.

    Examples
    --------
    >>> as_value(pl.Series(["http://a.b/c?d=e f"])).to_list()
    ['http://a.b/c?d%3De%20f']
    """
    cells = CellBytes.of(text.str.slice(0, _DONATED))
    return percent_encoded(cells, np.flatnonzero(~_IN_VALUE[cells.data]))


def hosts_of(text: pl.Series) -> pl.Series:
    """Return the hosts of URLs and names as they are written; null where there is none."""
    return UrlText.of(text).parts["host"].replace("", None)
