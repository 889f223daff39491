"""What a person should know beside the figures of a training: what these rest on, and what to do about it."""

from __future__ import annotations

from phantom_ml.config import AutoMLTaskType
from phantom_ml.core.kinds import rate
from phantom_ml.core.threat import ThreatReport
from phantom_ml.data.splits import NOT_FORWARD
from phantom_ml.metrics.threshold_claims import way_out
from phantom_ml.metrics.thresholds import ThresholdTable
from phantom_ml.wording import counted

#: What to say where a person did not wait for the test part.
UNMEASURED = "The test part was not measured: that was interrupted."
#: Of fewer held-out attacks a threat training says that its choice rests on them.
FEW_ATTACKS = 5
#: How much later than its budget a training may end without a word.
LATE_SECONDS, LATE_SHARE = 1.0, 0.02


def not_forward(validation: str) -> tuple[str, ...]:
    """Return what to say where rows have a time, and yet were not validated forward in it."""
    if NOT_FORWARD not in validation:
        return ()
    return (
        "Held-out rows are not later than those that were learned from: their figures say little of what comes "
        "next. How rows were dealt stands beside the score.",
    )


def alerts_none(
    thresholds: ThresholdTable | None, threat: ThreatReport | None = None
) -> tuple[str, ...]:
    """Return what to do about a line of alert that no held-out row reaches.

    Where rows of the test part reach it, these tell how much the model alerts; where they break its promise,
    nothing is said that would let it alert more.
    """
    line = None if thresholds is None else thresholds.current
    if line is None or line.policy is None or not line.alerts_none:
        return ()
    way = way_out(line.policy)
    if not way:
        return ()
    if threat is None or threat.threshold.alerts_none:
        return (f"{line.note} The model as it is alerts next to nothing. {way}",)
    of, is_broken = threat.threshold, threat.promise is not None and threat.promise.kept is False
    seen = f"{rate(of.fpr)} of benign rows and {rate(of.recall)} of threats are"
    return (f"{line.note} In the test part {seen}.{'' if is_broken else f' {way}'}",)


def few_attacks(task: AutoMLTaskType, thresholds: ThresholdTable | None) -> tuple[str, ...]:
    """Return what to say where so few attacks were held out that chance may have chosen the model."""
    if task is not AutoMLTaskType.SECURITY_THREAT_DETECTION or thresholds is None:
        return ()
    n = thresholds.current.n_positives
    if n >= FEW_ATTACKS:
        return ()
    return (
        f"The choice among models rests on {counted(n, 'held-out attack')}: another draw may choose another "
        "model. More known attacks help more than more time.",
    )


def late(seconds: float, budget: float | None) -> tuple[str, ...]:
    """Return what to say of a training that took longer than it was given."""
    if budget is None or seconds <= budget + max(LATE_SECONDS, LATE_SHARE * budget):
        return ()
    return (
        f"It took {seconds:.1f} s, not {budget:g} s: the machine was busy with other work, or the "
        "time was too short for the table.",
    )
