"""Names of API calls of Azure: a namespace, types and what is done to them. They are categories.

Source: Azure's resource provider operations, ``Microsoft.Compute/virtualMachines/write``; logs also write them in
capitals throughout. The calls of AWS and Google Cloud look like no other kind, and are levels as any words are.
"""

from __future__ import annotations

from phantom_ml.data.columns.column import Column
from phantom_ml.data.kinds.base import Claim, Pattern, Recogniser, kinds
from phantom_ml.data.kinds.words import LEVELS, REPEATED
from phantom_ml.data.schema import ColumnKind

#: The namespace of another vendor is mixed case: a host's name in capitals is one in capitals throughout.
_NAMESPACE = (
    r"(?:(?:Microsoft|MICROSOFT)|[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)\.[A-Z][A-Za-z0-9]+"
    r"(?:\.[A-Z][A-Za-z0-9]+)*"
)
AZURE_CALL = rf"^{_NAMESPACE}(?:/[A-Za-z0-9$._-]+)+/(?i-u:read|write|delete|action)$"
_PATTERN = Pattern(ColumnKind.CATEGORY, "names of API calls of Azure", AZURE_CALL, needs="/")


def _azure_call(column: Column) -> Claim | None:
    """Return the claim on calls that repeat, however many and long their names are."""
    if not 2 <= column.n_distinct <= LEVELS or column.distinct_share > REPEATED:
        return None
    return _PATTERN.claim(column)


kinds.add("cloud_call")(Recogniser(ColumnKind.CATEGORY, 55, _azure_call))
