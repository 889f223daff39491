"""Which entities, counts and outcomes a table is given."""

import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.features.windows.choose import plan_windows, side
from phantom_ml.features.windows.plan import FailureValues, WindowPlan

KINDS = {
    "time": ColumnKind.TIMESTAMP,
    "dst_ip": ColumnKind.IP,
    "src_ip": ColumnKind.IP,
    "user": ColumnKind.ENTITY,
    "dst_port": ColumnKind.PORT,
    "bytes_out": ColumnKind.BYTES,
    "outcome": ColumnKind.CATEGORY,
    "session_id": ColumnKind.IDENTIFIER,
}


def table(days: float = 10, n_rows: int = 200) -> pl.DataFrame:
    """Return a table of connections over some days."""
    rows = range(n_rows)
    return pl.DataFrame(
        {
            "time": [1_700_000_000 + i * days * 86_400 / (n_rows - 1) for i in rows],
            "dst_ip": [f"10.0.1.{i % 9}" for i in rows],
            "src_ip": [f"10.0.0.{i % 7}" for i in rows],
            "user": [f"user{i % 20}" for i in rows],
            "dst_port": [i % 11 for i in rows],
            "bytes_out": [i * 100 for i in rows],
            "outcome": [("success", "failure", "denied")[i % 3] for i in rows],
            "session_id": [f"s{i % 50}" for i in rows],
        }
    )


def schema_of(kinds: dict[str, ColumnKind]) -> TableSchema:
    """Return a schema of these columns."""
    return TableSchema(
        columns=tuple(ColumnSchema(name=n, dtype="?", kind=k) for n, k in kinds.items())
    )


def plan_of(frame: pl.DataFrame, kinds=KINDS, **told) -> WindowPlan | None:
    """Return the plan of a table."""
    return plan_windows(frame, schema_of(kinds), **{"time": None, **told})


def test_entities_are_those_who_act_first_and_pairs_last():
    found = [e.columns for e in plan_of(table()).entities]
    assert found == [("src_ip",), ("user",), ("dst_ip",), ("src_ip", "dst_ip")]


def test_named_groups_are_entities_and_come_first():
    assert plan_of(table(), groups=["session_id"]).entities[0].columns == ("session_id",)


def test_only_pairs_are_asked_for_a_rhythm():
    assert [e.rhythm for e in plan_of(table()).entities] == [False, False, False, True]


def test_windows_no_longer_than_the_rows_span_are_kept():
    assert plan_of(table(days=2)).entities[0].windows == (300, 3600, 86_400)


@pytest.mark.parametrize("stray", [315_532_800, 4_070_908_800])
def test_a_stray_clock_makes_no_window_longer_than_the_log(stray):
    times = table(days=0.1)["time"].to_list()
    frame = table(days=0.1).with_columns(time=pl.Series([*times[:-1], float(stray)]))
    assert plan_of(frame).entities[0].windows == (300, 3600)


def test_rows_of_less_than_the_shortest_window_have_no_plan():
    assert plan_of(table(days=0.003)) is None


def test_a_table_without_a_time_has_no_plan():
    assert plan_of(table(), {k: v for k, v in KINDS.items() if k != "time"}) is None


def test_two_timestamps_have_no_plan_unless_one_is_named():
    frame = table().with_columns(seen=pl.col("time"))
    assert plan_of(frame, {**KINDS, "seen": ColumnKind.TIMESTAMP}) is None


def test_times_without_a_year_that_span_its_end_have_no_plan():
    frame = table().with_columns(
        (pl.datetime(2026, 12, 27) + pl.duration(hours=pl.int_range(pl.len()))).alias("time")
    )
    written = frame.with_columns(pl.col("time").dt.strftime("%b %e %H:%M:%S"))
    assert plan_of(frame) is not None
    assert plan_of(written) is None


def test_the_named_time_is_taken():
    frame = table().with_columns(seen=pl.col("time"))
    assert plan_of(frame, {**KINDS, "seen": ColumnKind.TIMESTAMP}, time="seen").time == "seen"


def test_a_time_of_which_no_cell_can_be_read_has_no_plan():
    assert plan_of(table().with_columns(time=pl.lit("soon"))) is None


def test_values_that_do_not_repeat_are_no_entity():
    frame = table().with_columns(user=pl.int_range(200).cast(pl.String))
    assert ("user",) not in [e.columns for e in plan_of(frame).entities]


def test_a_name_that_repeats_in_ever_other_cases_is_an_entity():
    spelled = ["".join(c.upper() if i >> j & 1 else c for j, c in enumerate("example"))
               for i in range(100)]  # fmt: skip
    names = [f"{name}{i % 2}.com" for i, name in enumerate(spelled)] * 2
    found = plan_of(
        table().with_columns(user=pl.Series(names)), {**KINDS, "user": ColumnKind.DOMAIN}
    )
    assert ("user",) in [e.columns for e in found.entities]


def test_the_kinds_of_all_that_is_compared_are_told():
    plan = plan_of(table())
    compared = {c for e in plan.entities for c in (*e.columns, *e.distinct)}
    assert plan.kinds == {c: KINDS[c] for c in compared}


def test_the_other_side_is_counted():
    assert plan_of(table()).entities[0].distinct == ("dst_ip", "user", "dst_port")


def test_amounts_are_bytes():
    assert plan_of(table()).entities[0].sums == ("bytes_out",)


def test_failures_are_told_by_the_outcome():
    assert plan_of(table()).entities[0].failures == (
        FailureValues(column="outcome", values=("denied", "failure")),
    )


@pytest.mark.parametrize(
    ("values", "failed"),
    [
        (["0x0", "0xC000006D"], ("0xc000006d",)),
        (["ACCEPT", "REJECT"], ("reject",)),
        (["Success", "Failed password"], ("failed password",)),
    ],
)
def test_failures_are_known_in_many_words(values, failed):
    frame = table().with_columns(outcome=pl.Series(values * 100))
    assert plan_of(frame).entities[0].failures[0].values == failed


def test_no_success_is_a_failure():
    frame = table().with_columns(success=pl.Series([True, False] * 100))
    kinds = {**KINDS, "outcome": ColumnKind.TEXT, "success": ColumnKind.BOOLEAN}
    assert plan_of(frame, kinds).entities[0].failures == (
        FailureValues(column="success", values=("0",)),
    )


def test_an_outcome_that_is_always_the_same_tells_no_failure():
    frame = table().with_columns(outcome=pl.lit("failure"))
    assert plan_of(frame).entities[0].failures == ()


def test_a_plan_is_its_json():
    plan = plan_of(table())
    assert WindowPlan.model_validate_json(plan.model_dump_json()) == plan


def test_every_feature_has_words_and_its_columns():
    features = plan_of(table()).features
    assert all(f.words and f.source in KINDS and set(f.beside) <= set(KINDS) for f in features)


def test_no_two_features_have_one_name():
    names = [f.name for f in plan_of(table()).features]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("src_ip", "source"),
        ("id.orig_h", "source"),
        ("SourceAddress", "source"),
        ("srcip", "source"),
        ("id.resp_h", "target"),
        ("destination.ip", "target"),
        ("DstIP", "target"),
        ("resource", ""),
        ("", ""),
    ],
)
def test_the_side_is_read_from_the_name(name, expected):
    assert side(name) == expected


@pytest.mark.parametrize("kinds", [KINDS, {n: k for n, k in KINDS.items() if n != "time"}])
def test_how_times_are_written_is_kept_whether_or_not_the_schema_holds_them(kinds):
    days = [f"{i % 28 + 1:02}/{i // 28 % 12 + 1:02}/2024" for i in range(200)]
    frame = table().with_columns(time=pl.Series(days))
    assert plan_of(frame, kinds, time="time").time_form == "day first"
