"""What window_features should give, row by row in plain Python: slow, short, and written from the words alone."""

import math
from itertools import pairwise

from phantom_ml.features.windows.plan import EntityPlan, WindowPlan

WEEK, PAUSE = 604_800, 1800


def naive(plan: WindowPlan, rows: list[dict], past: list[dict] = ()) -> list[dict[str, float]]:
    """Return the features of ``rows``, each looking at all rows and at the past; times are seconds."""
    return [
        {
            f"{entity.label}.{name}": value
            for entity in plan.entities
            for name, value in _row(entity, row, [*past, *rows], plan.time).items()
        }
        for row in rows
    ]


def _row(plan: EntityPlan, row: dict, rows: list[dict], time: str) -> dict[str, float]:
    now, who = row[time], [row[c] for c in plan.columns]
    if now is None or None in who:
        return {}
    before = sorted(
        (r for r in rows if r[time] is not None and r[time] < now and [r[c] for c in plan.columns] == who),
        key=lambda r: r[time],
    )  # fmt: skip
    within = {w: [r for r in before if r[time] >= now - w] for w in {*plan.windows, WEEK}}
    times = [r[time] for r in before]
    age = now - times[0] if times else None
    told = {
        "is_new": not times,
        "age": min(age, WEEK) if times else None,
        "gap": min(now - times[-1], WEEK) if times else None,
    }
    told |= {f"events.{_name(w)}": len(within[w]) for w in plan.windows}
    short, long = plan.windows[0], max((w for w in plan.windows if w <= 86_400), default=0)
    if long > short:
        share = short / min(max(age or 0, short), long)
        told[f"burst.{_name(short)}"] = math.log2(
            (len(within[short]) + 1) / (len(within[long]) * share + 1)
        )
    session = _session(now, [r[time] for r in within[WEEK]])
    told |= {"session_events": len(session), "session_seconds": now - session[0] if session else 0}
    for c in plan.distinct:
        for w in plan.windows:
            told[f"distinct_{c}.{_name(w)}"] = len({r[c] for r in within[w] if r[c] is not None})
        known = {r[c] for r in before}
        told[f"{c}_is_new"] = None if row[c] is None else row[c] not in known
    told |= _amounts(plan, row, within)
    if plan.failures:
        told |= _failures(plan, row, within)
    if plan.rhythm:
        told |= _rhythm([*sorted({r[time] for r in within[WEEK]}), now])
    return told


def _amounts(plan: EntityPlan, row: dict, within: dict[int, list[dict]]) -> dict[str, float | None]:
    told = {}
    for c in plan.sums:
        for w in plan.windows:
            told[f"{c}.{_name(w)}"] = sum(r[c] for r in within[w] if r[c] is not None)
        old = [r[c] for r in within[WEEK] if r[c] is not None]
        told[f"{c}_vs_past"] = (
            math.log2((row[c] + 1) / (sum(old) / len(old) + 1))
            if old and row[c] is not None
            else None
        )
    return told


def _session(now: float, times: list[float]) -> list[float]:
    session, later = [], now
    for time in reversed(times):
        if later - time >= PAUSE:
            break
        session, later = [time, *session], time
    return session


def _failed(plan: EntityPlan, row: dict) -> bool | None:
    told = [row[f.column] in f.values for f in plan.failures if row[f.column] is not None]
    return any(told) if told else None


def _failures(plan: EntityPlan, row: dict, within: dict[int, list[dict]]) -> dict[str, float]:
    told = {}
    for w in plan.windows:
        known = [f for f in (_failed(plan, r) for r in within[w]) if f is not None]
        told[f"failures.{_name(w)}"] = sum(known)
        told[f"failure_rate.{_name(w)}"] = (sum(known) + 1) / (len(known) + 2)
    own = _failed(plan, row)
    hour = max((w for w in plan.windows if w <= 3600), default=plan.windows[0])
    told["success_after_failures"] = (
        None if own is None else 0 if own else told[f"failures.{_name(hour)}"]
    )
    return told


def _rhythm(times: list[float]) -> dict[str, float | None]:
    gaps = [b - a for a, b in pairwise(times)][-16:]
    if len(gaps) < 8:
        return {"gap_mean": None, "gap_cv": None, "regularity": None}
    mean = sum(gaps) / len(gaps)
    spread = math.sqrt(sum((g - mean) ** 2 for g in gaps) / len(gaps))
    near = sum(abs(g - mean) <= 0.05 * mean for g in gaps) / len(gaps)
    return {"gap_mean": mean, "gap_cv": spread / mean, "regularity": near}


def _name(seconds: int) -> str:
    return {300: "5m", 3600: "1h", 86_400: "24h", 604_800: "7d"}[seconds]
