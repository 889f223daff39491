"""``python -m benchmarks COMMAND``: every measurement that anyone can repeat."""

from __future__ import annotations

import argparse
import sys

from benchmarks import (
    ablation,
    alone,
    anomaly,
    anytime,
    budget,
    compare,
    drift,
    entities,
    evasion,
    features,
    forecast,
    known,
    library,
    memory,
    methods,
    next_algorithm,
    portfolio,
    pyod_peer,
    realmlp,
    scoring,
    sessions,
    startup,
    streams,
    table,
)
from benchmarks.mistakes import Mistake
from phantom_ml.errors import ConfigError

COMMANDS = {
    "compare": compare,
    "table": table,
    "budget": budget,
    "known": known,
    "library": library,
    "memory": memory,
    "methods": methods,
    "next-algorithm": next_algorithm,
    "portfolio": portfolio,
    "pyod": pyod_peer,
    "realmlp": realmlp,
    "scoring": scoring,
    "anytime": anytime,
    "startup": startup,
    "streams": streams,
    "ablation": ablation,
    "alone": alone,
    "anomaly": anomaly,
    "evasion": evasion,
    "drift": drift,
    "entities": entities,
    "features": features,
    "forecast": forecast,
    "sessions": sessions,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; each module says what it measures and takes its own arguments.

    What whoever gave the command can mend is told in one line, and ends it with 2, as argparse does.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        about = (module.__doc__ or "").splitlines()[0]
        module.add_arguments(commands.add_parser(name, help=about, description=about))
    chosen = parser.parse_args(arguments)
    try:
        return int(COMMANDS[chosen.command].run(chosen))
    except (Mistake, ConfigError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
