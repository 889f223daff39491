"""Ids as a person writes them: whole, abbreviated as far as they stay unique, or ``latest``."""

from __future__ import annotations

from collections.abc import Sequence

from phantom_ml.errors import BadSetting, listed

LATEST = "latest"


def meant(given: str, ids: Sequence[str], kind: str) -> str | None:
    """Return the id that is meant, None where there is none.

    Parameters
    ----------
    given : str
        An id, its beginning, or ``latest``.
    ids : sequence of str
        Newest first.
    kind : str
        What they are the ids of, for the message.

    Raises
    ------
    BadSetting
        Several begin so.

    Examples
    --------
    >>> ids = ["svm-31c0", "lightgbm-9f00", "svm-77ab"]
    >>> meant("latest", ids, "model"), meant("svm-7", ids, "model"), meant("xgboost", ids, "model")
    ('svm-31c0', 'svm-77ab', None)
    """
    if given in ids:
        return given
    if given.lower() == LATEST and ids:
        return ids[0]
    fitting = [identity for identity in ids if given and identity.startswith(given)]
    if len(fitting) > 1:
        raise BadSetting(
            f"{len(fitting)} {kind}s begin with {given!r}.",
            f"Say more of one of {listed(fitting)}.",
        )
    return fitting[0] if fitting else None
