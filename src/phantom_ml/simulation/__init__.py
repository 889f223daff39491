"""Simulated security logs, for demonstrations and tests; never real data."""

from phantom_ml.simulation.logs import simulate_security_logs

__all__ = ["simulate_security_logs"]
