import math
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import HOSTILE, computed, fitted, parts_of

ATTACK = "id=1%27 UNION/**/SELECT 'ü' ..\\..//etc\t1111"
EXACT = {
    "length": 43,
    "digit_share": 7 / 44,
    "upper_share": 11 / 44,
    "special_share": 15 / 44,
    "space_share": 4 / 44,
    "non_ascii_share": 2 / 44,
    "control_share": 0,
    "vowel_share": 7 / 44,
    "token_count": 7,
    "longest_token": 6,
    "longest_digit_run": 4,
    "longest_letter_run": 6,
    "longest_same_run": 4,
    "percent_count": 1,
    "slash_count": 5,
    "dot_count": 4,
}


def of(text: str) -> dict[str, float]:
    return computed("text", [text]).row(0, named=True)


@pytest.mark.parametrize(("part", "value"), EXACT.items(), ids=EXACT)
def test_a_statistic_of_an_attack_is_exact(part, value):
    assert of(ATTACK)[part] == pytest.approx(value, abs=1e-6)


def test_entropy_is_that_of_the_bytes():
    assert [of(t)["entropy"] for t in ("", "aaaa", "abab", "abcd")] == [0, 0, 1, 2]


def test_control_characters_are_no_white_space():
    assert of("a\x00b\x1bc\td")["control_share"] == pytest.approx(2 / 7)


def naive(text: str) -> dict[str, float]:
    raw = text.encode()
    counts, size = Counter(raw), max(len(raw), 1)

    def longest(pattern: bytes) -> int:
        return max((len(m.group()) for m in re.finditer(pattern, raw, re.DOTALL)), default=0)

    return {
        "length": len(text),
        "digit_share": len(re.findall(rb"[0-9]", raw)) / size,
        "vowel_share": len(re.findall(rb"[aeiouAEIOU]", raw)) / size,
        "token_count": len(re.findall(rb"[A-Za-z0-9_]+", raw)),
        "longest_token": longest(rb"[A-Za-z0-9_]+"),
        "longest_digit_run": longest(rb"[0-9]+"),
        "longest_letter_run": longest(rb"[A-Za-z]+"),
        "longest_same_run": longest(rb"(.)\1*"),
        "distinct_characters": len(counts),
        "entropy": -sum(n / size * math.log2(n / size) for n in counts.values()),
    }


@given(st.lists(st.text(st.sampled_from("aB0 %/.é\n\x00_"), max_size=30) | st.text(), max_size=20))
@settings(max_examples=40, deadline=None)
def test_statistics_are_those_counted_one_by_one(texts):
    found = computed("text", texts)
    for i, text in enumerate(texts):
        for part, value in naive(text).items():
            assert found[part][i] == pytest.approx(value, abs=1e-4), (text, part)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:12]))
def test_statistics_of_hostile_text_are_those_counted_one_by_one(text):
    found = of(text)
    assert {p: found[p] for p in naive(text)} == pytest.approx(naive(text), abs=1e-4)


def test_a_statistic_that_is_constant_in_training_is_dropped():
    encoder = fitted("text", ["ab c", "abc d", "a"], ColumnKind.TEXT)
    assert not {"percent_count", "digit_share", "upper_share"} & set(encoder.kept)
    assert encoder.kept[0] == "length"


def test_missing_text_is_missing_in_every_part():
    encoder = fitted("text", ["ab c", "abc d", "a"], ColumnKind.TEXT)
    assert set(parts_of(encoder, [None]).row(0)) == {None}
