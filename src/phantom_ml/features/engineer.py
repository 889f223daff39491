"""The faces of feature engineering: a function of a table, and a transformer for scikit-learn.

The transformer is imported when it is asked for: scoring a model reads this folder, and needs no
scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phantom_ml.features.making import engineer_features
from phantom_ml.features.request import FeatureRequest

if TYPE_CHECKING:
    from phantom_ml.features.transformer import AutoFeatureEngineer

__all__ = ["AutoFeatureEngineer", "FeatureRequest", "engineer_features"]


def __getattr__(name: str) -> Any:
    if name == "AutoFeatureEngineer":
        from phantom_ml.features.transformer import AutoFeatureEngineer

        return AutoFeatureEngineer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
