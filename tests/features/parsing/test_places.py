"""Places are found by how a path begins."""

import polars as pl
import pytest

from phantom_ml.features.parsing.places import Places

PLACES = Places({"cron": ["/etc/cron*"], "etc": ["/etc"], "user": ["?:/users/*/a.b", "?:/users"]})


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/etc/cron.d/x", "cron"),
        ("/etc/cron", "cron"),
        ("/etc/passwd", "etc"),
        ("/etc", "etc"),
        ("/etcetera/x", None),
        ("x/etc", None),
        ("d:/users/ann", "user"),
        ("/users/ann", None),
        ("", None),
        ("/etc/cron\n/x", "cron"),
    ],
)
def test_the_first_place_that_fits_is_told(path, place):
    assert PLACES.of(pl.Series([path])).item() == place


def test_a_dot_stands_for_itself():
    places = Places({"rc": ["/etc/rc.d"]})
    assert places.of(pl.Series(["/etc/rc.d/x", "/etc/rcxd/x"])).to_list() == ["rc", None]


def test_folders_may_be_parted_by_backslashes():
    places = Places({"office": [r"software\*\addins"]}, separator="\\")
    paths = pl.Series([r"software\word\addins\x", r"software\a\b\addins"])
    assert places.of(paths).to_list() == ["office", None]
