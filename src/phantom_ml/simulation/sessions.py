"""Sessions of users, event by event, in which the order of events decides, or their number does: a simulator.

Made to see what a learner of sequences is for: in the one kind no count tells the threats, in the other no
order does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import numpy as np
import polars as pl

from phantom_ml.errors import BadSetting

ACTIONS = ("login", "list", "read", "open", "mask", "send", "deny", "logout")
OPEN, MASK, SEND, DENY = (ACTIONS.index(name) for name in ("open", "mask", "send", "deny"))
#: Events of a session, and how many of the last before it decide about an event.
SESSION_EVENTS, BACK = 24, 8
#: So many refusals among them are a threat.
MANY_DENIED = 2
START = datetime(2026, 3, 2)
LIMITS = (50, 200_000)


def simulate_sessions(
    decides: Literal["order", "number"], seed: int = 7, n_sessions: int = 1_000
) -> pl.DataFrame:
    """Return the events of simulated sessions, in order of time.

    Parameters
    ----------
    decides : {"order", "number"}
        ``order``: sending is a threat where, among the eight events before it, the last mask came after
        the last open; both came at least once before every sending. ``number``: sending is a threat where
        at least two of the eight events before it were denied.
    seed : int
        The same arguments give the same frame, bit for bit.
    n_sessions : int
        50 to 200,000; each has 24 events and a user of its own.

    Returns
    -------
    polars.DataFrame of shape (24 * n_sessions, 4)
        ``time``, ``user``, ``action`` and ``is_threat`` (0 or 1).

    Raises
    ------
    BadSetting

    Examples
    --------
    >>> events = simulate_sessions("order", n_sessions=100)
    >>> events.height, 0 < events["is_threat"].sum() < 400
    (2400, True)
    """
    if not LIMITS[0] <= n_sessions <= LIMITS[1]:
        raise BadSetting(
            f"n_sessions is {n_sessions}.", f"Give a number from {LIMITS[0]:,} to {LIMITS[1]:,}."
        )
    rng = np.random.default_rng(seed)
    action = rng.integers(0, len(ACTIONS), (n_sessions, SESSION_EVENTS))
    threat = _by_order(action) if decides == "order" else _by_number(action)
    minute = (
        np.sort(rng.uniform(0, 60, action.shape), axis=1)
        + rng.uniform(0, 1440, n_sessions)[:, None]
    )
    return _table(action, threat, minute)


def _before(action: np.ndarray, wanted: int) -> np.ndarray:
    """Return for each event how many events ago the wanted one came last; more than BACK for not."""
    n, length = action.shape
    ago = np.full((n, length), BACK + 1)
    for back in range(BACK, 0, -1):
        came = np.zeros((n, length), bool)
        came[:, back:] = action[:, :-back] == wanted
        ago = np.where(came, back, ago)
    return ago


def _by_order(action: np.ndarray) -> np.ndarray:
    opened, masked = _before(action, OPEN), _before(action, MASK)
    both = (opened <= BACK) & (masked <= BACK)
    # A sending before which one of them is missing would tell by what it lacks.
    action[(action == SEND) & ~both] = ACTIONS.index("read")
    threat: np.ndarray = (action == SEND) & (masked < opened)
    return threat


def _by_number(action: np.ndarray) -> np.ndarray:
    denied = np.cumsum(np.pad(action == DENY, ((0, 0), (1, 0))), axis=1)
    places = np.arange(action.shape[1])
    n_denied = denied[:, places] - denied[:, np.maximum(places - BACK, 0)]
    threat: np.ndarray = (action == SEND) & (n_denied >= MANY_DENIED)
    return threat


def _table(action: np.ndarray, threat: np.ndarray, minute: np.ndarray) -> pl.DataFrame:
    n_sessions, length = action.shape
    users = np.repeat([f"user{i:06d}" for i in range(n_sessions)], length)
    offset = pl.Series((minute.ravel() * 60e6).astype(np.int64)).cast(pl.Duration("us"))
    frame = pl.DataFrame(
        {
            "time": pl.Series([START], dtype=pl.Datetime("us")).extend_constant(
                START, len(users) - 1
            )
            + offset,
            "user": users,
            "action": np.array(ACTIONS)[action.ravel()],
            "is_threat": threat.ravel().astype(np.int64),
        }
    )
    return frame.sort("time", maintain_order=True)
