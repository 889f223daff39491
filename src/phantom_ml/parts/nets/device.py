"""Where a network is trained: its device, its threads, its randomness, and no more than it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from phantom_ml.errors import BadSetting, ExtraMissing

if TYPE_CHECKING:
    import torch

DeviceName = Literal["auto", "cpu", "cuda"]
Found = TypeVar("Found")
#: Rows of the smallest batch that is tried.
LEAST_BATCH = 8


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


def mixed_precision(device: torch.device) -> Any:
    """Return the context of a forward pass: products in bfloat16 on a GPU that has it, else as they are."""
    torch = imported()
    mixed = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=mixed)


def halving(run: Callable[[int], Found], batch_size: int) -> Found:
    """Return what ``run`` makes of a batch size, or of half of it, as long as the device lacks the memory.

    Raises
    ------
    torch.OutOfMemoryError
        There is no memory for the smallest batch either.
    """
    torch = imported()
    while True:
        try:
            return run(batch_size)
        except torch.OutOfMemoryError:
            if batch_size <= LEAST_BATCH:
                raise
        # What the failed run held is free only here, outside of its error.
        torch.cuda.empty_cache()
        batch_size = max(LEAST_BATCH, batch_size // 2)
