"""An ordinary day: logins, web traffic and programs of people and service accounts.

It holds on purpose what detectors stumble over: mistyped passwords, a service account whose
password has expired, encoded PowerShell of management agents, administrators who use psexec,
polling, large uploads.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from phantom_ml.simulation import habits
from phantom_ml.simulation.people import (
    ADMIN,
    ROLES,
    SERVICE,
    Company,
    Floats,
    Ints,
    Strings,
    outside_addresses,
    times_of,
)

BAD_PASSWORD, NO_SUCH_USER, LOCKED_OUT = "0xC000006A", "0xC0000064", "0xC0000234"
LOGIN_PORTS = {2: None, 3: 445, 5: None, 7: None, 8: 443, 10: 3389}


def logins(company: Company, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Return ``n`` logins to desks, servers and, from home, the gateway."""
    who = _busy(company, rng, n)
    service = company.role[who] == SERVICE
    kind = _logon_types(company, who, rng)
    to_server = np.isin(kind, [3, 5, 10])
    target = np.where(to_server, rng.choice(company.servers, n), company.desk[who])
    target = np.where(kind == 8, company.gateway, target)
    roaming = np.where(rng.random(n) < 0.4, outside_addresses(rng, n), company.home_addresses[who])
    source = np.where(kind == 8, roaming, company.addresses[company.desk[who]])
    stale = _users_with_old_passwords(company, rng)
    often = np.where(service, 0.6, 0.3)
    failed = rng.random(n) < np.where(np.isin(who, stale), often, np.where(kind == 8, 0.1, 0.03))
    code = rng.choice([BAD_PASSWORD, NO_SUCH_USER, LOCKED_OUT], n, p=[0.8, 0.1, 0.1])
    return pl.DataFrame(
        {
            "hour": times_of(company, who, rng),
            "event_type": np.full(n, "login"),
            "user": company.users[who],
            "host": company.hosts[target],
            "src_ip": source,
            "dst_ip": company.addresses[target],
            "logon_type": kind,
            "outcome": np.where(failed, "failure", "success"),
            "status": np.where(failed, code, "0x0"),
        }
    ).with_columns(port=pl.col("logon_type").replace_strict(LOGIN_PORTS, return_dtype=pl.Int64))


def web_traffic(company: Company, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Return ``n`` requests through the proxy: favourites of the role, and small sites."""
    who = _busy(company, rng, n)
    service = company.role[who] == SERVICE
    storage = rng.random(n) < np.where(service, 0.2, 0.03)
    download = (rng.random(n) < 0.02) & ~storage
    vault = np.where(service, habits.BACKUP_SITE, rng.choice(habits.STORAGE_SITES, n))
    domain = np.where(storage, vault, _domains(company, who, rng))
    path = rng.choice(habits.PATHS, n)
    path = np.where(download, rng.choice(habits.DOWNLOAD_PATHS, n), path)
    path = np.where(storage, rng.choice(habits.UPLOAD_PATHS, n), path)
    frame = pl.DataFrame(
        {
            "hour": times_of(company, who, rng),
            "event_type": np.full(n, "proxy"),
            "user": company.users[who],
            "host": company.hosts[company.desk[who]],
            "src_ip": company.addresses[company.desk[who]],
            "bytes_out": sizes(rng, np.where(storage, 12.5, 6.5), 1.2),
            "bytes_in": sizes(rng, np.where(download, 13.0, 8.5), 1.6),
            "status": rng.choice(
                ["200", "304", "302", "404", "403"], n, p=[0.8, 0.1, 0.05, 0.03, 0.02]
            ),
            "user_agent": _agents(company, who, rng),
        }
    )
    return with_target(frame, domain, path, rng)


def programs(company: Company, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Return ``n`` starts of a process, at the user's desk or, for technicians, on servers."""
    who = _busy(company, rng, n)
    listed = [*habits.COMMON_PROGRAMS, *(p for r in ROLES for p in habits.ROLE_PROGRAMS[r])]
    which = np.empty(n, np.int64)
    for role in range(len(ROLES)):
        here = np.flatnonzero(company.role[who] == role)
        which[here] = rng.choice(len(listed), len(here), p=_program_shares(role))
    remote = (company.role[who] == ADMIN) & (rng.random(n) < 0.4)
    host = np.where(remote, rng.choice(company.servers, n), company.desk[who])
    return process_frame(
        company, (who, host), np.array(listed)[which], times_of(company, who, rng), rng
    )


def process_frame(
    company: Company,
    where: tuple[Ints, Ints],
    program: Strings,
    hour: Floats,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Return one process event for each row of ``program``, shape (n, 3): parent, process, command.

    ``where`` holds positions of users and of hosts; placeholders in the commands are filled.
    """
    who, host = where
    scripts = [encoded(s) for s in habits.ADMIN_SCRIPTS]
    frame = pl.DataFrame(
        {
            "hour": hour,
            "event_type": np.full(len(who), "process"),
            "user": company.users[who],
            "host": company.hosts[host],
            "src_ip": company.addresses[host],
            "parent_process": program[:, 0],
            "process_name": program[:, 1],
            "command_line": program[:, 2],
            "script": rng.choice(scripts, len(who)),
        }
    )
    numbered = fill("command_line", numbers(rng, len(who), 400))
    return frame.with_columns(
        command_line=numbered.str.replace("{script}", pl.col("script"), literal=True)
    ).drop("script")


def with_target(
    frame: pl.DataFrame, domain: Strings, path: Strings, rng: np.random.Generator
) -> pl.DataFrame:
    """Return proxy events with their domain, its address and port, the URL and the outcome.

    A domain always has the same address, out of the range that RFC 2544 reserves for benchmarks.
    """
    n = len(domain)
    names, position = np.unique(domain, return_inverse=True)
    place = pl.Series(np.array([_place(str(name)) for name in names])[position])
    plain = rng.random(n) < 0.06
    return (
        frame.with_columns(
            domain=pl.Series(domain),
            dst_ip=pl.concat_str(pl.lit("198.18."), place // 250, pl.lit("."), place % 250 + 1),
            port=pl.Series(np.where(plain, 80, 443)),
            url=pl.Series(path),
            scheme=pl.Series(np.where(plain, "http://", "https://")),
            outcome=pl.when(pl.col("status") == "403")
            .then(pl.lit("failure"))
            .otherwise(pl.lit("success")),
        )
        .with_columns(url=pl.concat_str("scheme", "domain", fill("url", numbers(rng, n, 90_000))))
        .drop("scheme")
    )


def fill(column: str, values: pl.Series) -> pl.Expr:
    """Return ``column`` with ``{n}`` replaced by the row's own value."""
    return pl.col(column).str.replace("{n}", pl.lit(values), literal=True)


def numbers(rng: np.random.Generator, n: int, high: int) -> pl.Series:
    """Return ``n`` whole numbers below ``high`` as text."""
    return pl.Series(rng.integers(1, high, n)).cast(pl.String)


def sizes(
    rng: np.random.Generator, log_mean: Floats | float, spread: float, n: int | None = None
) -> Ints:
    """Return log-normal byte counts, at least 40."""
    return np.maximum(40, rng.lognormal(log_mean, spread, n)).astype(np.int64)


def encoded(script: str) -> str:
    """Return a script as PowerShell takes it after ``-EncodedCommand``."""
    return base64.b64encode(script.encode("utf-16-le")).decode()


def small_sites(rng: np.random.Generator, n: int) -> Strings:
    """Return ``n`` names of small sites."""
    one, two = rng.choice(habits.NAME_PARTS, n), rng.choice(habits.NAME_PARTS, n)
    joint, digits = rng.choice(["", "-"], n), rng.integers(0, 40, n)
    names = zip(one, joint, two, digits, strict=True)
    return np.array([f"{a}{j}{b}{d if d < 10 else ''}.example" for a, j, b, d in names])


def _place(domain: str) -> int:
    """Return a number in [0, 62500) that hangs on the letters of the name alone."""
    return zlib.crc32(domain.encode()) % 62_500


def _busy(company: Company, rng: np.random.Generator, n: int) -> Ints:
    return rng.choice(len(company.users), n, p=company.activity)


def _logon_types(company: Company, who: Ints, rng: np.random.Generator) -> Ints:
    """Return the kind of each login, as Windows numbers them (8 stands for the gateway)."""
    n, role = len(who), company.role[who]
    kind = rng.choice([2, 7, 3, 10], n, p=[0.3, 0.35, 0.32, 0.03])
    kind = np.where(role == ADMIN, rng.choice([2, 3, 10], n, p=[0.2, 0.4, 0.4]), kind)
    kind = np.where(company.remote[who] & (rng.random(n) < 0.5), 8, kind)
    return np.where(role == SERVICE, rng.choice([3, 5], n), kind).astype(np.int64)


def _users_with_old_passwords(company: Company, rng: np.random.Generator) -> Ints:
    """Return one service account and a few people who fail to log in again and again."""
    people = rng.choice(len(company.users), max(2, len(company.users) // 40), replace=False)
    return np.append(people, rng.choice(company.with_role("service")))


def _domains(company: Company, who: Ints, rng: np.random.Generator) -> Strings:
    """Return a site for each user: a third common, some of the role's own, the rest small."""
    n = len(who)
    tail = small_sites(rng, 500)
    popular = np.minimum(rng.zipf(1.4, n), len(tail)) - 1
    domain = np.where(rng.random(n) < 0.5, rng.choice(habits.COMMON_SITES, n), tail[popular])
    for role, name in enumerate(ROLES):
        own = (company.role[who] == role) & (rng.random(n) < (1.0 if name == "service" else 0.35))
        domain = np.where(own, _pick(rng, habits.ROLE_SITES[name], n), domain)
    return domain


def _pick(rng: np.random.Generator, pool: Sequence[str], n: int) -> Strings:
    return rng.choice(pool, n)


def _agents(company: Company, who: Ints, rng: np.random.Generator) -> Strings:
    """Return the user's browser, or a tool where the role uses some."""
    n, role = len(who), company.role[who]
    browser = np.array(habits.BROWSERS)[who % len(habits.BROWSERS)]
    technical = np.isin(role, [ROLES.index("developer"), ADMIN]) & (rng.random(n) < 0.3)
    agent = np.where(technical, rng.choice(habits.TOOLS, n), browser)
    return np.where(role == SERVICE, rng.choice(habits.AGENTS, n), agent)


def _program_shares(role: int) -> Floats:
    """Return how likely each listed program is for one role; services run nothing of the desk."""
    common = len(habits.COMMON_PROGRAMS)
    owner = np.repeat(np.arange(len(ROLES)), [len(habits.ROLE_PROGRAMS[r]) for r in ROLES])
    shares = np.concatenate(
        [np.full(common, 0.0 if role == SERVICE else 0.5 / common), owner == role]
    )
    shares[common:] *= (1 - shares[:common].sum()) / shares[common:].sum()
    return shares
