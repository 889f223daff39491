"""A file of JSON lines that a command goes on with: what it holds is not measured again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def read_lines(file: Path) -> list[dict[str, Any]]:
    """Return the lines of a file; none where it is not there yet."""
    text = file.read_text() if file.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def append_lines(file: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write lines below those of a file."""
    with file.open("a") as opened:
        opened.writelines(json.dumps(line) + "\n" for line in lines)
