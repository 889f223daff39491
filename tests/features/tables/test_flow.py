"""Features of what went which way, and of how a connection ended."""

import json
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.recognise import recognise
from phantom_ml.features.tables.flow import FlowEncoder

FRAME = pl.DataFrame(
    {
        "orig_bytes": [1000, 0, 500, 0, None, 7],
        "resp_bytes": [3000, 0, 0, 63, 5, 7],
        "orig_pkts": [10, 1, 5, 0, 1, 1],
        "resp_pkts": [10, 0, 0, 1, 1, 1],
        "duration": [2.0, None, 0.0, 1.0, 1.0, 0.5],
        "conn_state": ["SF", "S0", "RSTO", "REJ", "OTH", None],
        "history": ["ShADadTtFf", "S", "SCR", "Sr", "^d", None],
    }
)
KINDS = {
    **dict.fromkeys(["orig_bytes", "resp_bytes", "orig_pkts", "resp_pkts"], "bytes"),
    "duration": "number",
    "conn_state": "category",
    "history": "category",
}


def fitted(frame: pl.DataFrame = FRAME, kinds: dict | None = None) -> list[FlowEncoder]:
    return list(FlowEncoder.fit(frame, recognise(frame, KINDS if kinds is None else kinds)))


def parts(encoder: FlowEncoder, frame: pl.DataFrame) -> dict[str, list]:
    out = np.full((frame.height, len(encoder.features)), 7.5, np.float32)
    encoder.transform(frame, out)
    return {
        part: [None if np.isnan(v) else float(v) for v in out[:, i]]
        for i, part in enumerate(encoder.kept)
    }


@pytest.fixture(scope="module")
def found() -> dict[str, list]:
    return parts(fitted()[0], FRAME)


def test_volumes_are_told_in_logarithms(found):
    assert found["bytes_log"][1:4] == pytest.approx([0, np.log2(501), 6])
    assert found["bytes_log"][4] is None


def test_the_ratio_is_nothing_where_both_sides_sent_as_much(found):
    assert found["bytes_out_in"][5] == 0
    assert found["bytes_out_in"][0] == pytest.approx(np.log2(1001 / 3001))


def test_shares_are_missing_where_nothing_was_sent(found):
    assert found["bytes_out_share"] == [0.25, None, 1, 0, None, 0.5]


def test_bytes_a_packet_are_told(found):
    assert found["bytes_per_packet"] == [200, 0, 100, 63, None, 7]
    assert found["is_small_packets"] == [0, 1, 0, 1, None, 1]


def test_rates_are_missing_without_a_duration(found):
    assert found["bytes_per_second"] == [2000, None, None, 63, None, 28]
    assert found["packets_per_second"] == [10, None, None, 1, 2, 4]


def test_what_went_one_way_is_told(found):
    assert found["is_one_way"] == [0, 0, 1, 1, None, 0]
    assert found["is_unanswered"] == [0, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("is_established", [1, 0, 1, 0, 0, None]),
        ("is_failed", [0, 1, 0, 0, 0, None]),
        ("is_rejected", [0, 0, 0, 1, 0, None]),
        ("is_reset", [0, 0, 1, 0, 0, None]),
        ("is_midstream", [0, 0, 0, 0, 1, None]),
    ],
)
def test_states_are_told_in_flags(found, flag, expected):
    assert found[flag] == expected


def test_the_history_is_counted(found):
    assert found["history_length"] == [10, 1, 3, 2, 1, None]
    assert found["history_out_share"][:2] == pytest.approx([0.5, 1])
    assert found["history_retransmits"] == [2, 0, 0, 0, 0, None]
    assert found["history_resets"] == [0, 0, 1, 1, 0, None]
    assert found["history_problems"] == [0, 0, 1, 0, 0, None]


def test_features_say_which_columns_they_come_from():
    features = {f.name: f for f in fitted()[0].features}
    rate = features["flow.bytes_per_second"]
    assert (rate.source, rate.beside) == ("orig_bytes", ("resp_bytes", "duration"))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("duration", [2.0, 4.0]),
        ("duration", [timedelta(seconds=2), timedelta(seconds=4)]),
        ("event.duration", [2_000_000_000, 4_000_000_000]),
        ("Flow Duration", [2_000_000, 4_000_000]),
        ("FLOW_DURATION_MILLISECONDS", ["2000", "4000"]),
    ],
)
def test_rates_are_those_of_seconds_in_each_format(name, values):
    frame = pl.DataFrame({"bytes_out": [10, 20], "bytes_in": [10, 60], name: values})
    kinds = {"bytes_out": "bytes", "bytes_in": "bytes", name: "number"}
    assert parts(fitted(frame, kinds)[0], frame)["bytes_per_second"] == pytest.approx([10, 20])


def test_a_table_with_a_state_only_has_its_flags():
    frame = FRAME.select(pl.col("conn_state").alias("flag"))
    assert set(fitted(frame, {"flag": "category"})[0].inputs) == {"flag"}


def test_a_flag_that_holds_no_states_is_left_alone():
    assert fitted(pl.DataFrame({"flag": ["yes", "no", "SF"]}), {"flag": "category"}) == []


def test_a_table_without_counters_has_no_flow():
    assert fitted(pl.DataFrame({"bytes": [1, 2], "user": ["a", "b"]}), {"bytes": "bytes"}) == []


def test_numbers_beyond_float32_are_missing():
    frame = FRAME.with_columns(
        pl.lit(1e300).alias("orig_bytes"), pl.lit(float("inf")).alias("duration")
    )
    assert set(parts(fitted()[0], frame)["bytes_per_packet"]) == {None}


def test_what_was_saved_gives_equal_values(found):
    state = json.loads(json.dumps(fitted()[0].model_dump(mode="json")))
    assert parts(FlowEncoder.model_validate(state), FRAME) == found


def test_a_row_alone_is_as_in_the_table(found):
    encoder = fitted()[0]
    for i in range(FRAME.height):
        assert parts(encoder, FRAME[i]) == {name: [values[i]] for name, values in found.items()}


def test_only_the_columns_of_kept_parts_are_read():
    encoder = fitted()[0].keeping({"flow.history_length"})
    assert encoder.inputs == ("history",)
