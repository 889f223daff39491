import math

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.columns.log_message import LogMessageEncoder
from phantom_ml.features.lately import FEW
from tests.features.columns.made import HOSTILE, fitted, parts_of

TRAINING = (
    [f"Failed password for user{i % 3} from 10.0.0.{i} port {4000 + i} ssh2" for i in range(60)]
    + [f"session opened for user root by (uid={i})" for i in range(30)]
    + ["INFO: instruction cache parity error corrected"] * 9
    + [f"FATAL: machine check at 0x00ff{i:02x}ab" for i in range(6)]
)


@pytest.fixture(scope="module")
def encoder() -> LogMessageEncoder:
    return fitted("log_message", TRAINING, ColumnKind.LOG_MESSAGE)


def of(encoder: LogMessageEncoder, message: str | None) -> dict:
    return parts_of(encoder, [message]).row(0, named=True)


def test_parts_of_a_message_are_told(encoder):
    found = of(encoder, "Failed password for user7 from 203.0.113.9 port 22 ssh2")
    rarity = math.log2((105 + 4 + 1) / (60 + 1))
    assert found.pop("template_rarity") == pytest.approx(rarity, abs=1e-5)
    assert found == {
        "template": "Failed password for user<number> from <ip> port <number> ssh<number>",
        "is_new_template": 0,
        "parameter_count": 4,
        "ip_count": 1,
        "number_count": 3,
        "hex_count": 0,
        "level": None,
    }


def test_templates_are_coded_by_falling_frequency(encoder):
    assert [t.split()[0] for t in encoder.levels["template"]] == [
        "Failed",
        "session",
        "INFO:",
        "FATAL:",
    ]


def test_a_message_like_none_of_training_is_new_and_the_rarest(encoder):
    new, known = of(encoder, "kernel panic"), of(encoder, TRAINING[-1])
    assert (new["is_new_template"], new["template"]) == (1, None)
    assert new["template_rarity"] > known["template_rarity"]


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("fatal: no such file", "critical"),
        ("information: saved", "info"),
        ("information on warnings", "info"),
        ("nothing to tell", None),
        ("terror", None),
    ],
)
def test_the_level_is_the_first_severity_named(encoder, message, level):
    assert of(encoder, message)["level"] == level


def test_a_part_that_is_constant_in_training_is_dropped():
    messages = ["link up", "link down", "reboot now please"] * 5
    encoder = fitted("log_message", messages, ColumnKind.LOG_MESSAGE)
    assert encoder.parts == ("template", "template_rarity", "is_new_template")


def test_messages_of_one_kind_give_nothing():
    assert fitted("log_message", ["reset 1", "reset 2", None], ColumnKind.LOG_MESSAGE) is None


def test_a_missing_message_is_missing_in_every_part(encoder):
    assert set(of(encoder, None).values()) == {None}


def test_the_order_of_training_rows_does_not_matter(encoder):
    assert fitted("log_message", TRAINING[::-1], ColumnKind.LOG_MESSAGE) == encoder


def test_each_message_alone_is_encoded_as_among_others(encoder):
    messages = [*TRAINING[::17], *HOSTILE, None]
    together = parts_of(encoder, messages)
    for i, message in enumerate(messages):
        assert parts_of(encoder, [message]).equals(together[i])


def test_few_messages_are_encoded_as_many_are(encoder):
    messages = [*TRAINING[::17], *HOSTILE, None, None][: FEW // 2]
    many = parts_of(encoder, messages * (FEW + 1))
    for _ in range(2):
        assert parts_of(encoder, messages).equals(many[: len(messages)])


def test_what_was_saved_gives_equal_values(encoder):
    again = LogMessageEncoder.model_validate_json(encoder.model_dump_json())
    assert again == encoder
    assert parts_of(again, TRAINING).equals(parts_of(encoder, TRAINING))


def test_hostile_messages_can_be_trained_on():
    encoder = fitted("log_message", HOSTILE, ColumnKind.LOG_MESSAGE)
    out = np.empty((len(HOSTILE), len(encoder.features)), np.float32)
    encoder.transform(pl.Series("c", HOSTILE), out)
    assert not np.isinf(out).any()
