"""Addresses: IP, network, MAC."""

from __future__ import annotations

from phantom_ml.data.columns.column import name_words
from phantom_ml.data.kinds.base import Pattern, Recogniser, kinds
from phantom_ml.data.schema import ColumnKind

#: Address fields in ECS, CIM, Zeek, EVE, CEF, LEEF, Sysmon, CloudTrail, OCSF and NetFlow.
HINTS = name_words(
    """ip ips ipv4 ipv6 addr address src dst source destination saddr daddr srcip dstip
    clientip remoteip idorigh idresph orig resp rhost srcaddr dstaddr dip sip cidr
    network subnet net forwarded xff"""
)
#: 1.2.3.4 may be a release.
VETOES = name_words("version ver release build oid")

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_V4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
# Two to seven groups with at most one gap, so that a clock (12:30:59) is none.
_V6 = (
    r"(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    r"|(?:[0-9A-Fa-f]{1,4}:){1,7}:"
    r"|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}"
    r"|:(?::[0-9A-Fa-f]{1,4}){1,7}|::"
    rf"|(?:[0-9A-Fa-f]{{1,4}}:){{0,6}}:?(?::?[Ff]{{4}}:)?{_V4})"
)
#: Addresses after the first, as proxies append them (X-Forwarded-For).
_MORE = (
    r"(?:\s*,\s*(?:\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"
    r"|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]+(?:%[\w.-]+)?(?:\](?::\d{1,5})?)?|unknown))*"
)
_IP = Pattern(
    ColumnKind.IP,
    "IPv4 or IPv6 addresses",
    rf"^(?:{_V4}(?::\d{{1,5}})?|\[{_V6}(?:%[\w.-]+)?\](?::\d{{1,5}})?|{_V6}(?:%[\w.-]+)?){_MORE}$",
    HINTS,
    vetoes=VETOES,
)
_CIDR = Pattern(
    ColumnKind.CIDR,
    "networks in CIDR notation",
    rf"^(?:{_V4}/(?:3[0-2]|[12]?\d)|{_V6}/(?:12[0-8]|1[01]\d|[1-9]?\d))$",
    HINTS,
)
_MAC = Pattern(
    ColumnKind.MAC,
    "hardware addresses",
    r"^(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?:(?::[0-9A-Fa-f]{2}){2})?"
    r"|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?:(?:-[0-9A-Fa-f]{2}){2})?"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})$",
    name_words("mac hwaddr ether eth bssid chaddr oui"),
)

kinds.add("ip")(Recogniser(ColumnKind.IP, 20, _IP.claim))
kinds.add("cidr")(Recogniser(ColumnKind.CIDR, 25, _CIDR.claim))
kinds.add("mac")(Recogniser(ColumnKind.MAC, 30, _MAC.claim))
