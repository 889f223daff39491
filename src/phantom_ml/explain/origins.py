"""What the numbers of a column lie near, where that is so far from 0 that their first digits are all the same."""

from __future__ import annotations

import math

from phantom_ml.features.columns.number import NumberEncoder
from phantom_ml.features.encoder import Encoder


def origins_of(encoder: Encoder) -> dict[str, float]:
    """Return the origin of each such column, in its own unit; of the others none.

    Parameters
    ----------
    encoder : Encoder
        It counts such numbers from there, as the training rows told.
    """
    numbers = (part for part in encoder.columns if isinstance(part, NumberEncoder) and part.offset)
    return {part.column: math.ldexp(part.offset, part.exponent) for part in numbers}
