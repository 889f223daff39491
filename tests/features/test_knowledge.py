"""Every list of facts says where it comes from and of what date it is, and names techniques of today."""

import re
import tomllib
from datetime import date, datetime
from importlib import resources

import pytest

from phantom_ml.features import knowledge

TEXTS = {
    file.name: file.read_text("utf-8")
    for file in resources.files(knowledge).iterdir()
    if file.name.endswith(".toml")
}
#: Techniques that ATT&CK v19 (April 2026) revoked: T1685, T1686 and T1688 took their places.
REVOKED = {
    *("T1562", "T1562.001", "T1562.002", "T1562.004", "T1562.007", "T1562.008", "T1562.009"),
    *("T1562.012", "T1070.001", "T1070.002"),
}
every_list = pytest.mark.parametrize("name", sorted(TEXTS))


def strings(value) -> list[str]:
    """Return all strings below a value, keys apart."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def ids(name: str) -> list[str]:
    """Return what stands where an id should: alone in a string, or as a word of the text."""
    alone = [s for s in strings(tomllib.loads(TEXTS[name])) if re.match(r"T\d", s)]
    return alone + re.findall(r"\bT\d{4}(?:\.\d+)?", TEXTS[name])


def test_there_are_lists():
    assert len(TEXTS) >= 19


@every_list
def test_a_list_names_its_source(name):
    assert tomllib.loads(TEXTS[name])["source"].strip()


@every_list
def test_a_list_has_a_date_that_is_one(name):
    day = tomllib.loads(TEXTS[name])["date"]
    assert isinstance(day, date)
    assert not isinstance(day, datetime)


@every_list
def test_techniques_are_written_as_attack_writes_them(name):
    assert [i for i in ids(name) if not re.fullmatch(r"T\d{4}(\.\d{3})?", i)] == []


@every_list
def test_no_revoked_technique_is_named(name):
    assert REVOKED.isdisjoint(ids(name))


@every_list
def test_a_list_with_techniques_says_of_which_version_they_are(name):
    assert not ids(name) or "MITRE ATT&CK v19" in TEXTS[name]
