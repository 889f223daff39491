"""Where a network is trained: its device, its threads, its randomness, and no more than it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from phantom_ml.errors import BadSetting, ExtraMissing

if TYPE_CHECKING:
    import torch

DeviceName = Literal["auto", "cpu", "cuda"]


def imported() -> Any:
    """Return torch; raises ExtraMissing."""
    try:
        import torch
    except ImportError:
        raise ExtraMissing("Neural networks need torch.", "deep") from None
    return torch


def chosen(name: DeviceName) -> torch.device:
    """Return the device of that name; ``auto`` is a GPU where there is one."""
    torch = imported()
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise BadSetting("The device 'cuda' was asked for, but torch finds none.", "Use 'auto'.")
    return torch.device("cuda" if found and name != "cpu" else "cpu")


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Let torch use so many threads, and as many as before afterwards."""
    torch = imported()
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)
