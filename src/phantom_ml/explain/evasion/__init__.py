"""The evasion check: how many attacks a model still catches after their text was changed."""

from phantom_ml.explain.evasion.check import EvasionPlan, check_evasion
from phantom_ml.explain.evasion.mutation import Mutation, mutations
from phantom_ml.explain.evasion.report import Evaded, EvasionReport

__all__ = [
    "Evaded",
    "EvasionPlan",
    "EvasionReport",
    "Mutation",
    "check_evasion",
    "mutations",
]
