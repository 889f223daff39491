"""Where the parts meet: PhantomMLCore, and its awaitable twin."""

from phantom_ml.core.asynchronous import AsyncPhantomMLCore
from phantom_ml.core.core import PhantomMLCore
from phantom_ml.core.result import AutoMLResult

__all__ = ["AsyncPhantomMLCore", "AutoMLResult", "PhantomMLCore"]
