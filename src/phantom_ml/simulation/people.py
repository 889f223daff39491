"""The people and machines of the simulated company, and when each of them works."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Strings = NDArray[np.str_]

ROLES = ("office", "sales", "finance", "developer", "admin", "service")
ADMIN, SERVICE = ROLES.index("admin"), ROLES.index("service")
ROLE_SHARES = (0.38, 0.18, 0.12, 0.18, 0.07, 0.07)
SURNAMES = (
    "adler", "ahmed", "baker", "berg", "blanc", "braun", "carter", "chen", "costa", "dahl", "diaz",
    "dubois", "evans", "farah", "fischer", "garcia", "gomez", "haas", "hansen", "hill", "horvat",
    "ito", "jansen", "jones", "kaya", "keller", "khan", "kim", "klein", "kovac", "lang", "larsen",
    "lee", "lopez", "marin", "martin", "meyer", "moreau", "mori", "nagy", "novak", "okafor",
    "olsen", "park", "patel", "popov", "reyes", "ricci", "rossi", "sato", "schmidt", "silva",
    "singh", "smith", "tanaka", "thomas", "vogel", "wagner", "weber", "wong", "young", "zhang",
)  # fmt: skip
DUTIES = ("backup", "sql", "monitor", "deploy", "scan", "mail", "print", "patch", "etl", "web")


@dataclass(frozen=True)
class Company:
    """Who works here, at which machine, and when.

    Attributes
    ----------
    users, home_addresses : arrays of str, shape (n_users,)
    role : array of int, shape (n_users,)
        Position in ROLES.
    desk : array of int, shape (n_users,)
        Position of the user's own machine in ``hosts``.
    start_hour, hours : arrays of float, shape (n_users,)
        When the working day begins and how long it is; a service account works around the clock.
    activity : array of float, shape (n_users,)
        How busy each user is; sums to 1.
    remote : array of bool, shape (n_users,)
        Whether the user works from home today.
    hosts, addresses : arrays of str, shape (n_hosts,)
        Workstations first, then servers.
    n_servers : int
    """

    users: Strings
    home_addresses: Strings
    role: Ints
    desk: Ints
    start_hour: Floats
    hours: Floats
    activity: Floats
    remote: NDArray[np.bool_]
    hosts: Strings
    addresses: Strings
    n_servers: int

    @property
    def servers(self) -> Ints:
        """Return the positions of the servers in ``hosts``."""
        return np.arange(len(self.hosts) - self.n_servers, len(self.hosts))

    @property
    def gateway(self) -> int:
        """Return the position of the server through which people come in from outside."""
        return int(self.servers[0])

    def with_role(self, *roles: str) -> Ints:
        """Return the positions of the users who have one of these roles."""
        return np.flatnonzero(np.isin(self.role, [ROLES.index(r) for r in roles]))


def found_company(
    rng: np.random.Generator, n_users: int, n_hosts: int, *, weekend: bool
) -> Company:
    """Return a company of ``n_users`` accounts and ``n_hosts`` machines on one day."""
    role = _roles(rng, n_users)
    service = role == SERVICE
    n_servers = max(3, n_hosts // 7)
    desks = np.arange(n_users) % (n_hosts - n_servers)
    racks = n_hosts - n_servers + np.arange(n_users) % n_servers
    start_hour, hours = _hours(rng, role)
    activity = rng.gamma(4.0, 1.0, n_users) * np.where(service, 1.5, 0.1 if weekend else 1.0)
    return Company(
        users=_names(rng, role),
        home_addresses=outside_addresses(rng, n_users),
        role=role,
        desk=np.where(service, racks, desks),
        start_hour=start_hour,
        hours=hours,
        activity=activity / activity.sum(),
        remote=(rng.random(n_users) < 0.25) & ~service,
        hosts=_host_names(n_hosts, n_servers),
        addresses=np.array(
            [f"10.{20 + h // 200}.{h // 50 % 4}.{10 + h % 200}" for h in range(n_hosts)]
        ),
        n_servers=n_servers,
    )


def times_of(company: Company, who: Ints, rng: np.random.Generator) -> Floats:
    """Return an hour of the day in [0, 24) for an event of each user in ``who``.

    Work has a morning and an afternoon with a dip between; a few events fall at any hour. What a
    service account does falls on full five minutes, a few seconds late.
    """
    n = len(who)
    half = rng.integers(0, 2, n)
    share = (half + rng.beta(1.6, 1.8, n)) / 2
    at_work = company.start_hour[who] + share * company.hours[who]
    hour = np.where(rng.random(n) < 0.04, rng.uniform(0, 24, n), at_work) % 24
    scheduled = (np.floor(hour * 12) / 12 + rng.exponential(4.0, n) / 3600) % 24
    return np.where(company.role[who] == SERVICE, scheduled, hour)


def outside_addresses(rng: np.random.Generator, n: int) -> Strings:
    """Return ``n`` addresses outside the company, of the range that RFC 2544 reserves."""
    high, low = rng.integers(1, 255, (2, n)).astype(np.str_)
    return np.char.add(np.char.add("198.19.", high), np.char.add(".", low))


def _roles(rng: np.random.Generator, n_users: int) -> Ints:
    """Return a role for each user; each role has at least one."""
    drawn = rng.choice(len(ROLES), n_users - len(ROLES), p=ROLE_SHARES)
    return rng.permutation(np.concatenate([np.arange(len(ROLES)), drawn])).astype(np.int64)


def _names(rng: np.random.Generator, role: Ints) -> Strings:
    """Return distinct account names; those of services begin with ``svc_``."""
    n, rounds = len(role), 26 * len(SURNAMES)
    turn = (int(rng.integers(rounds)) + 37 * np.arange(n)) % rounds  # 37 and rounds share no factor
    people = [
        f"{chr(97 + t % 26)}.{SURNAMES[t // 26]}{i // rounds or ''}" for i, t in enumerate(turn)
    ]
    services = [f"svc_{DUTIES[i % len(DUTIES)]}{i // len(DUTIES) or ''}" for i in range(n)]
    return np.where(role == SERVICE, services, people)


def _hours(rng: np.random.Generator, role: Ints) -> tuple[Floats, Floats]:
    """Return when each user starts and for how many hours; one technician in five works late."""
    n = len(role)
    late = np.isin(role, [ROLES.index("developer"), ADMIN]) & (rng.random(n) < 0.2)
    start = np.where(late, rng.uniform(14, 19, n), rng.normal(8.4, 0.8, n))
    service = role == SERVICE
    return np.where(service, 0.0, start), np.where(service, 24.0, rng.uniform(8.0, 10.0, n))


def _host_names(n_hosts: int, n_servers: int) -> Strings:
    """Return the names of the workstations, then of the servers."""
    desks = [f"WS-{i:04d}" for i in range(n_hosts - n_servers)]
    racks = [f"SRV-{DUTIES[i % len(DUTIES)].upper()}-{i:02d}" for i in range(n_servers)]
    return np.array(desks + racks)
