"""How usual a name is among the names of training."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import HOSTILE, fitted

WORDS = ["mail", "news", "shop", "bank", "cloud", "house", "garden", "travel", "music", "photo"]
DOMAINS = [f"www.{a}{b}.com" for a in WORDS for b in WORDS]
PATHS = [rf"C:\Windows\{a}\{b}-{a}.exe" for a in WORDS for b in WORDS]


def typicality(encoder, values: list) -> list:
    out = np.full((len(values), 1), 7.5, np.float32)
    encoder.transform(pl.Series("c", values, dtype=pl.String), out)
    return out[:, 0].tolist()


def test_a_random_looking_domain_is_less_usual_than_one_of_words():
    encoder = fitted("typicality", DOMAINS, ColumnKind.DOMAIN)
    usual, random = typicality(encoder, ["www.shopgarden.com", "www.xkqjzvwqh.com"])
    assert usual > random + 2


def test_only_the_second_level_label_of_a_domain_counts():
    encoder = fitted("typicality", DOMAINS, ColumnKind.DOMAIN)
    one, other = typicality(encoder, ["mailnews.com", "xqj7.mailnews.co.uk"])
    assert one == other


def test_only_the_file_name_of_a_path_counts():
    encoder = fitted("typicality", PATHS, ColumnKind.PATH)
    one, other = typicality(encoder, [r"C:\Temp\xqzj\mail.exe", "/usr/bin/mail.exe"])
    assert one == other


@pytest.mark.parametrize("missing", [None, "", "a.com", "10.0.0.1"])
def test_without_two_characters_of_a_name_it_is_missing(missing):
    encoder = fitted("typicality", DOMAINS, ColumnKind.DOMAIN)
    assert np.isnan(typicality(encoder, [missing])[0])


def test_too_few_names_teach_nothing():
    assert fitted("typicality", DOMAINS[:20] * 10, ColumnKind.DOMAIN) is None


def test_the_order_of_the_training_rows_does_not_matter():
    one = fitted("typicality", DOMAINS, ColumnKind.DOMAIN)
    other = fitted("typicality", DOMAINS[::-1] * 2, ColumnKind.DOMAIN)
    assert one == other


@pytest.mark.parametrize(
    "kind", [ColumnKind.DOMAIN, ColumnKind.PATH, ColumnKind.URL, ColumnKind.COMMAND_LINE]
)
def test_a_string_gives_the_same_alone_as_among_others(kind):
    encoder = fitted("typicality", PATHS if kind is ColumnKind.PATH else DOMAINS, kind)
    together = np.array(typicality(encoder, HOSTILE))
    alone = np.array([typicality(encoder, [text])[0] for text in HOSTILE])
    assert np.array_equal(together, alone, equal_nan=True)


def test_a_saved_encoder_gives_the_same():
    encoder = fitted("typicality", DOMAINS, ColumnKind.DOMAIN)
    again = type(encoder).model_validate_json(encoder.model_dump_json())
    assert typicality(again, DOMAINS) == typicality(encoder, DOMAINS)


def test_the_feature_is_described_in_words():
    encoder = fitted("typicality", DOMAINS, ColumnKind.DOMAIN)
    assert [(f.name, "random-looking" in f.words) for f in encoder.features] == [
        ("c.typicality", True)
    ]
