"""Whether the device that networks are to be trained on is there, asked before anything else is done.

A child asks: to import torch takes seconds, and a process that looked for a GPU holds on to it.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args

from phantom_ml.algorithms.base import AlgorithmSettings
from phantom_ml.errors import ProcessError
from phantom_ml.parts.nets.device import DeviceName, chosen
from phantom_ml.process import Deadline, Limits, run_child, warm_up

#: The one device that may be missing.
CUDA: DeviceName = "cuda"
FOLDER = "phantom-device-"
#: A driver that says nothing for so long is left to the trials.
MOST_SECONDS = 60.0


def check_devices(
    algorithm: type[AlgorithmSettings], choices: Mapping[str, Collection[Any]]
) -> None:
    """Return if some of the values that a space lists of a device can be had on this machine.

    Parameters
    ----------
    algorithm : type of AlgorithmSettings
    choices : mapping of setting to values
        None of a range.

    Raises
    ------
    BadSetting
        All of them are one device, which is not there: no trial could succeed.
    ExtraMissing
        Torch, which knows the device, is not installed.
    """
    for setting, values in choices.items():
        names = get_args(algorithm.model_fields[setting].annotation)
        if names == get_args(DeviceName) and {*values} == {CUDA}:
            _require(CUDA)


def _require(device: DeviceName) -> None:
    warm_up(("torch",))
    limits = Limits(Deadline.after(MOST_SECONDS))
    target = f"{__name__}:{look.__name__}"
    # That a child came to grief says nothing of the device: the trials will tell.
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder, contextlib.suppress(ProcessError):
        run_child(target, {"device": device}, Path(folder), limits)


def look(payload: dict[str, Any]) -> dict[str, Any]:
    """Return nothing where a device is there, called by the supervised child; raises BadSetting, ExtraMissing."""
    chosen(payload["device"])
    return {}
