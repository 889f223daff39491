"""Simulated security logs and sessions, for demonstrations and tests; never real data."""

from phantom_ml.simulation.logs import simulate_security_logs
from phantom_ml.simulation.sessions import simulate_sessions

__all__ = ["simulate_security_logs", "simulate_sessions"]
