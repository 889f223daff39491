"""What the values of a feature are, in words."""

from __future__ import annotations

from phantom_ml.data.matrix import Feature

#: What the score of hashed text is made by; it is fitted on the answers, out of fold.
TEXT_SCORE = "text_score"
_WHOLE = {
    "number": "the number as it is",
    "category": "the value, rare ones as missing",
    "frequency": "-log2 of the share of rows with this value",
}
_PARTS = {
    "length": "characters",
    "digit_share": "share of digits",
    "upper_share": "share of capitals",
    "special_share": "share of special characters",
    "space_share": "share of white space",
    "token_count": "words and numbers",
    "longest_token": "bytes of the longest word",
    "percent_count": "percent signs",
    "slash_count": "slashes and backslashes",
    "dot_count": "dots",
    "non_ascii_share": "extra bytes of non-ASCII characters",
    "octet_1": "first octet, 0 to 255",
    "octet_2": "second octet, 0 to 255",
    "octet_4": "last octet, 0 to 255",
    "is_private": "1 for private and local addresses",
    "is_multicast": "1 for multicast",
    "is_v6": "1 for IPv6",
    "rarity": "-log2 of the share of rows with this value",
    "rarity_24": "-log2 of the share of rows of its /24",
    "rarity_16": "-log2 of the share of rows of its /16",
    "is_network_edge": "1 where the last octet is 0, 1, 254 or 255",
    "minute_of_day": "minutes since midnight, 0 to 1439",
    "hour": "hour of the day, 0 to 23",
    "weekday": "day of the week, Monday 1 to Sunday 7",
    "day": "day of the month",
    "month": "month, 1 to 12",
    "business_hours": "1 from Monday to Friday, 8 to 18",
}


def described(feature: Feature, generator: str) -> str:
    """Return what a feature's values are.

    Examples
    --------
    >>> described(Feature("src.octet_1", "src"), "ip")
    'first octet, 0 to 255'
    """
    if generator == TEXT_SCORE:
        return "linear score of character n-grams"
    part = feature.name.removeprefix(f"{feature.source}.")
    known = _PARTS.get(part) if part != feature.name else None
    return known or _WHOLE.get(generator) or f"{part.replace('_', ' ')}, by the {generator} encoder"
