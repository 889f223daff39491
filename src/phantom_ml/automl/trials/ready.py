"""Wait until the fork server has imported what fits need: a fit that comes before waits in its own time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phantom_ml.process.child import start_child

LOOK = "phantom_ml.automl.trials.ready:look"


def look(payload: dict[str, Any]) -> dict[str, Any]:
    """Tell whether modules are there already; called by the supervised child."""
    return {"there": all(name in sys.modules for name in payload["modules"])}


def wait_for(modules: Sequence[str], folder: Path) -> float:
    """Return when the server has imported what was asked of it, with the seconds that a child takes by itself.

    The server answers between two imports, so that it is asked no more often than there are modules.

    Parameters
    ----------
    modules : sequence of str
        What the server was told to import; one that is missing does no harm.
    folder : Path
        Where the children that look may write.

    Raises
    ------
    ProcessError
        No child can be started.
    """
    seconds = 0.0
    for _ in range(len(modules) + 1):
        child = start_child(LOOK, {"modules": list(modules)}, folder)
        try:
            outcome = child.wait()
        finally:
            child.stop()
        if outcome is None:
            break
        seconds = outcome.seconds
        if outcome.result.get("there"):
            break
    return seconds
