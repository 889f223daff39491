"""One simulated day of security logs, the attacks in it labelled: a simulator, not real data.

Scores on it show that a program works, never how well a detector does in the field.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from phantom_ml.errors import BadSetting
from phantom_ml.simulation.benign import logins, programs, web_traffic
from phantom_ml.simulation.campaigns import attacks
from phantom_ml.simulation.people import found_company

SCHEMA: dict[str, pl.DataType] = {
    "timestamp": pl.Datetime("us"),
    "event_type": pl.String(),
    "user": pl.String(),
    "host": pl.String(),
    "src_ip": pl.String(),
    "dst_ip": pl.String(),
    "port": pl.Int64(),
    "domain": pl.String(),
    "url": pl.String(),
    "user_agent": pl.String(),
    "bytes_out": pl.Int64(),
    "bytes_in": pl.Int64(),
    "status": pl.String(),
    "outcome": pl.String(),
    "logon_type": pl.Int64(),
    "process_name": pl.String(),
    "parent_process": pl.String(),
    "command_line": pl.String(),
    "is_threat": pl.Int64(),
}
HOUR_US = 3_600_000_000
LIMITS = {"n_events": (2_000, 20_000_000), "n_users": (12, 20_000), "n_hosts": (10, 20_000)}


def simulate_security_logs(
    seed: int = 7,
    n_events: int = 30_000,
    start: date = date(2026, 3, 2),
    n_users: int = 120,
    n_hosts: int = 140,
) -> pl.DataFrame:
    """Return one day of simulated logins, web requests and process starts, in order of time.

    Nothing in it is real: users, machines and attacks are invented, small sites and those of
    attackers lie under ``.example``, and addresses outside the company are of a range reserved for
    benchmarks.

    Parameters
    ----------
    seed : int
        At least 0. The same arguments give the same frame, bit for bit.
    n_events : int
        Rows, at least 2,000; about 0.9 % of them (1.3 % of 2,000) belong to attacks.
    start : date
        The day. On Saturdays and Sundays few people work.
    n_users, n_hosts : int
        Accounts (at least 12, service accounts among them) and machines (at least 10).

    Returns
    -------
    polars.DataFrame of shape (n_events, 19)
        ``event_type`` is ``login``, ``proxy`` or ``process``; a column that does not apply to an
        event is null. ``bytes_out`` and ``bytes_in`` are in bytes, ``logon_type`` is the number of
        Windows (8: the gateway). ``is_threat`` is 1 for events of a password spray, of phishing
        with beacons and an upload, of an insider at night and of lateral movement; 0 elsewhere.
        There is no label noise.

    Raises
    ------
    BadSetting
        A number is too small or too large.

    Examples
    --------
    >>> logs = simulate_security_logs(n_events=2_000)
    >>> logs.height, logs["is_threat"].sum()
    (2000, 25)
    """
    return labelled_events(seed, n_events, start, n_users, n_hosts).drop("campaign")


def labelled_events(
    seed: int, n_events: int, start: date, n_users: int, n_hosts: int
) -> pl.DataFrame:
    """Return the same frame with the name of its campaign beside each attack, null elsewhere."""
    _check(seed, {"n_events": n_events, "n_users": n_users, "n_hosts": n_hosts})
    rng = np.random.default_rng(seed)
    company = found_company(rng, n_users, n_hosts, weekend=start.weekday() >= 5)
    threats = attacks(company, rng, n_events)
    n_benign = n_events - threats.height
    n_logins, n_programs = n_benign * 25 // 100, n_benign * 30 // 100
    parts = [
        threats,
        logins(company, rng, n_logins),
        programs(company, rng, n_programs),
        web_traffic(company, rng, n_benign - n_logins - n_programs),
    ]
    return _in_order(pl.concat(parts, how="diagonal"), start)


def _check(seed: int, numbers: dict[str, int]) -> None:
    """Raise BadSetting unless every number is within its limits."""
    if seed < 0:
        raise BadSetting(f"seed is {seed}.", "Give a whole number of at least 0.")
    for name, number in numbers.items():
        low, high = LIMITS[name]
        if not low <= number <= high:
            raise BadSetting(f"{name} is {number}.", f"Give a number from {low:,} to {high:,}.")


def _in_order(events: pl.DataFrame, start: date) -> pl.DataFrame:
    """Return the events with timestamps and labels, sorted by time, columns as in SCHEMA."""
    microseconds = (pl.col("hour") * HOUR_US).cast(pl.Int64)
    return (
        events.with_columns(
            timestamp=pl.lit(start).cast(pl.Datetime("us"))
            + pl.duration(microseconds=microseconds),
            is_threat=pl.col("campaign").is_not_null().cast(pl.Int64),
        )
        .sort("timestamp", maintain_order=True)
        .select(*(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()), "campaign")
    )
