import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.parsing import templates
from phantom_ml.features.parsing.templates import MAX_CHARACTERS, Templates, masked
from tests.features.columns.made import HOSTILE

MASKED = {
    "Accepted publickey for ec2-user from 10.0.0.7 port 4242 ssh2": "Accepted publickey for ec<number>-user "
    "from <ip> port <number> ssh<number>",
    "blk_-6952295868487656571 from /10.251.73.220:50010": "blk_-<number> from /<ip>",
    "Receiving block src: 10.251.73.220:50010": "Receiving block src: <ip>",
    "open fe80::1ff:fe23:4567:890a failed": "open <ip> failed",
    "at 2001:0db8:85a3:0000:0000:8a2e:0370:7334": "at <ip>",
    "address 0x0b85eee0, mask 0xff": "address <hex>, mask <hex>",
    "commit deadbeef01 of 12345678": "commit <hex> of <number>",
    "id=7f9c24e8-3b1d-4a6e-9c5f-0123456789ab done": "id=<uuid> done",
    "link 00:1a:2B:3c:4d:5e up": "link <mac> up",
    "user 'eve' said \"no 42\"": "user <quoted> said <quoted>",
    "can't and won't": "can't and won't",
    "exec C:\\Windows\\System32\\cmd.exe from /usr/bin/sudo": "exec <path> from <path>",
    "GET https://a.example/x?y=1 in 3.5 ms": "GET <url> in <number> ms",
    "and/or": "and/or",
    "at 2026-03-06T17:30:00.123Z or 17:30:00": "at <time> or <time>",
    "<134>Mar  6 17:30:00 host-1 sshd[99]: reset": "sshd[<number>]: reset",
    "poses as <ip> and <*>": "poses as (ip) and (*)",
    "  two\t\twords  ": "two words",
    "": "",
}

SSH = [
    "Failed password for root from <ip> port <number> ssh<number>",
    "Failed password for eve from <ip> port <number> ssh<number>",
    "Accepted password for eve from <ip> port <number> ssh<number>",
    "Connection closed by <ip> [preauth]",
]


def mined(messages: list[str]) -> Templates:
    tree = Templates()
    for message in messages:
        tree.add(message)
    return tree


@pytest.mark.parametrize(("message", "wanted"), MASKED.items(), ids=lambda m: ascii(m[:24]))
def test_parameters_are_masked(message, wanted):
    assert masked(pl.Series([message])).item() == wanted


def test_messages_that_differ_in_a_word_share_a_template():
    assert mined(SSH).texts[0] == "Failed password for <*> from <ip> port <number> ssh<number>"


def test_another_first_word_is_another_template():
    assert len(mined(SSH).texts) == 3


def test_the_word_behind_a_process_and_its_number_tells_templates_apart():
    tree = mined([f"sshd[<number>]: {message}" for message in SSH])
    assert len(tree.texts) == 3


def test_another_number_of_words_is_another_template():
    assert len(mined(["disk full", "disk nearly full"]).texts) == 2


def test_messages_with_little_in_common_are_of_two_templates():
    assert len(mined(["open a b c d", "open e f g h"]).texts) == 2


def test_a_message_never_seen_is_of_the_template_that_fits_its_words():
    tree = mined(SSH)
    assert tree.match("Failed password for mallory from <ip> port <number> ssh<number>") == 0


def test_a_message_like_no_template_has_none():
    assert mined(SSH).match("kernel panic") is None


def test_the_most_exact_template_is_preferred():
    tree = Templates(["session <*> for root", "session <*> for <*>", "session closed for <*>"])
    assert tree.match("session closed for root") == 0
    assert tree.match("session closed for eve") == 2


def test_a_tree_of_its_templates_matches_as_the_first_one(monkeypatch):
    monkeypatch.setattr(templates, "MAX_CHILDREN", 2)
    messages = [f"{a} {b} {c} end" for a in ("up", "<ip>", "x", "y") for b in "pq<" for c in "rst"]
    tree = mined(messages)
    again = Templates(tree.texts)
    assert [again.match(m) for m in messages] == [tree.match(m) for m in messages]
    assert again.texts == tree.texts


def test_templates_are_bounded(monkeypatch):
    monkeypatch.setattr(templates, "MAX_TEMPLATES", 3)
    assert len(mined([f"{letter} event" for letter in "abcdef"]).texts) == 3


def test_only_the_first_tokens_are_read():
    assert len(mined(["a " * 500 + "b"]).texts[0].split()) == templates.MAX_TOKENS


def test_hostile_messages_are_masked_to_a_bounded_length():
    assert masked(pl.Series(HOSTILE)).str.len_chars().max() <= MAX_CHARACTERS


@given(st.lists(st.text(st.sampled_from("ab <>:[]*"), max_size=12), max_size=12))
@settings(max_examples=40, deadline=None)
def test_every_message_that_was_added_is_matched(messages):
    texts = masked(pl.Series(messages, dtype=pl.String)).to_list()
    tree = mined(texts)
    again = Templates(tree.texts)
    assert all(again.match(text) is not None for text in texts)
