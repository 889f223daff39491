"""The whole of Phantom ML in one file, on simulated logs: python examples/tour.py."""

# ruff: noqa: T201

import asyncio
import tempfile
from pathlib import Path

from phantom_ml import (
    Algorithm,
    AsyncPhantomMLCore,
    AutoMLConfig,
    PhantomError,
    PhantomMLCore,
    ThresholdPolicy,
)
from phantom_ml.simulation import simulate_security_logs


def tour(folder: Path, n_events: int = 10_000) -> None:
    """Train, measure, alert, explain and hand on a detector; everything lies in ``folder``."""
    # A simulated day: invented events, some of them of attacks. The evening is kept to measure.
    logs = simulate_security_logs(seed=7, n_events=n_events)
    day, evening = logs.head(n_events * 4 // 5), logs.tail(n_events // 5)

    core = PhantomMLCore(home=folder / "home")
    config = AutoMLConfig(
        target_column="is_threat",
        time_column="timestamp",  # validated forward in time
        algorithms_to_try=(Algorithm.LightGBM, Algorithm.LogisticRegression),
        max_trials=2,  # or time_budget_minutes=10
        threshold=ThresholdPolicy(max_fpr=0.01),  # alert at most 1 % of harmless events
        seed=7,
    )
    result = core.auto_create_model(day, config)
    print(result, end="\n\n")
    print(result.thresholds, end="\n\n")

    # On events that it has not seen, with 95 % intervals.
    print(core.evaluate(result.model_id, evening), end="\n\n")

    # The line of alert moves without training again: here, fifty alerts a day.
    print(core.set_threshold(result.model_id, {"alerts_per_day": 50}).rule, end="\n\n")

    # Row for row.
    scored = core.predict(result.model_id, evening)
    print(scored.head(3), end="\n\n")

    # Why the most suspicious event is one, in words.
    worst = int(scored["probability_1"].arg_max() or 0)
    print(core.explain_model(result.model_id, evening[worst]), end="\n\n")

    # Every model that was tried predicts, not the best alone.
    for row in core.get_model_leaderboard(result.experiment_id):
        print(row.rank, row.model_id, row.algorithm, row.score)

    # A signed file goes to another home, which must be told whom to trust.
    file = core.export_model(result.model_id, folder / "detector.phantom")
    elsewhere = PhantomMLCore(home=folder / "elsewhere")
    try:
        elsewhere.import_model(file)
    except PhantomError as error:
        print(f"\n{error.message}")
    signer = core.list_models()[0].signed_by
    trusting = PhantomMLCore(home=folder / "elsewhere", trust=(signer,))
    known = trusting.import_model(file)

    # The same, awaited: the event loop of a service goes on meanwhile.
    async def alerts() -> int:
        scores = await AsyncPhantomMLCore(home=folder / "elsewhere").predict(known, evening)
        return int(scores["alert"].sum())

    print(f"{asyncio.run(alerts())} alerts in the evening, by the imported model")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        tour(Path(scratch))
