"""What the web speaks: mail addresses, URLs, user agents, request lines and payloads."""

from __future__ import annotations

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import Claim, Pattern, Recogniser, hints_at, kinds
from phantom_ml.data.kinds.cloud_call import AZURE_CALL
from phantom_ml.data.kinds.json_text import json_share
from phantom_ml.data.kinds.path import FILE_ROOT
from phantom_ml.data.schema import ColumnKind

_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}"
#: Bare, or in brackets behind the name that a mail program shows (RFC 5322, section 3.4).
_MAILBOX = rf"(?:(?:\"[^\"]*\"|[^\"<>@,;]*)\s*<{_ADDRESS}>|{_ADDRESS})"
_EMAIL = Pattern(
    ColumnKind.EMAIL,
    "mail addresses",
    rf"^(?:{_MAILBOX}\s*(?:[,;]\s*|$))+$",
    name_words("email emails mail sender recipient recipients from to cc bcc rcpt"),
    needs="@",
)

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]{1,20}://\S|(?:data|javascript|mailto):\S"
_HOST = r"(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9-]{2,24}(?::\d{1,5})?"
_URL = Pattern(
    ColumnKind.URL,
    "URLs or paths on a web server",
    rf"^(?:{_SCHEME}|/[^\s\\]*$|{_HOST}[/?#]\S*$)",
    name_words(
        """url uri urls link href referrer referer location redirect target_url request path"""
    ),
    but_not=rf"^{FILE_ROOT}|{AZURE_CALL}",
    needs="/:.",
    loose=rf"^(?:{_SCHEME}|/|{_HOST}(?:[/?#].*)?$)",
)

_USER_AGENT = Pattern(
    ColumnKind.USER_AGENT,
    "user agents",
    r"^(?:Mozilla/\d|Opera/\d|Dalvik/\d"
    r"|[A-Za-z][\w.+!@ -]*/v?\d+\.\d+(?:\.\w+)*(?:[ ;,(+].*)?$)",
    name_words("agent useragent ua browser client"),
    needs="/",
    but_not=r"^(?:HTTP|TLS|SSL|SIP|RTSP|OpenFlow)/",
    loose=r"^(?:Mozilla/|Opera/|[A-Za-z][\w.+!@ -]*/v?\d)",
)

_METHOD = r"(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|TRACE|CONNECT|PROPFIND)"
#: Marks of a query, an encoding or an injection; a word, a number or a mail address in brackets bears none.
_MARKED = (
    r"%[0-9A-Fa-f]{2}|[\w\])-]=[^=\s]*&|<[/!a-zA-Z?][^<>@\s]*(?:[<>/\s]|$)|['\"`]\s*(?:or|and|union|;|--|\)|\+|\|\|)"
    r"|(?i:\bunion\b.+\bselect\b|\bselect\b.+\bfrom\b|\balert\s*\(|\bscript[\s>:(]|\$\{|\{\{|waitfor|sleep\s*\()"
    r"|\.\./|\.\.\\"
)
_REQUEST = (
    rf"^b?['\"]?{_METHOD}\s+\S+(?:\s+HTTP/\d)?"
    rf"|^[?&]?[\w.\[\]%-]+=[^=&\s]*(?:&[\w.\[\]%-]*=?[^&\s]*)+$|(?:{_MARKED})"
)
#: Names and values as a browser sends its cookies (RFC 6265, section 4.2.1).
_COOKIES = r"^[\w.!#$%&'*+^`|~-]+=[^;\s]*(?:;\s*[\w.!#$%&'*+^`|~-]+=[^;\s]*)+;?$"
_PAYLOAD = Pattern(
    ColumnKind.HTTP_PAYLOAD,
    "request lines, queries or payloads",
    _REQUEST,
    name_words(
        """payload payloads body query querystring param params request post data cookie cookies"""
    ),
    loose=rf"{_REQUEST}|{_COOKIES}",
    # Daily requests and attacks lie side by side: a share with marks tells the field.
    hinted_floor=0.2,
    needs=" =%<>'\"`(.{/",
    # %%1234 refers to a message of Windows.
    but_not=r"^(?:[A-Za-z]{3,10}://|[A-Za-z]:\\|%%\d)",
)


def _payload(column: Column) -> Claim | None:
    """Whether it is a payload: JSON is one only if the name says so, for a key may read like an attack."""
    claim = _PAYLOAD.claim(column)
    if claim is None or hints_at(column, _PAYLOAD.hints):
        return claim
    return None if json_share(column) else claim


kinds.add("email")(Recogniser(ColumnKind.EMAIL, 50, _EMAIL.claim))
kinds.add("url")(Recogniser(ColumnKind.URL, 60, _URL.claim))
kinds.add("user_agent")(Recogniser(ColumnKind.USER_AGENT, 70, _USER_AGENT.claim))
kinds.add("http_payload")(Recogniser(ColumnKind.HTTP_PAYLOAD, 80, _payload))
