"""The terminal face: the command ``phantom``."""

from phantom_ml.cli.app import main

__all__ = ["main"]
