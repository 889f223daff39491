"""The search of settings: which to try next, given what was tried."""
