"""Settings in JSON text, each of them once: of two that differ, nobody knows which was meant."""

from __future__ import annotations

import json
from typing import Any

from phantom_ml.errors import BadSetting


def settings_of(text: str) -> Any:
    """Return what JSON text holds.

    Raises
    ------
    BadSetting
        One object names a setting twice.
    json.JSONDecodeError
        The text is not JSON.

    Examples
    --------
    >>> settings_of('{"seed": 1, "features": {"text": false}}')
    {'seed': 1, 'features': {'text': False}}
    >>> settings_of('{"seed": 1, "seed": 2}')
    Traceback (most recent call last):
    ...
    phantom_ml.errors.BadSetting: The JSON text gives 'seed' twice, as 1 and as 2. Keep one of them.
    """
    return json.loads(text, object_pairs_hook=_once_each)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadSetting(
                f"The JSON text gives {name!r} twice, as {_shown(found[name])} and as {_shown(value)}.",
                "Keep one of them.",
            )
        found[name] = value
    return found


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."
