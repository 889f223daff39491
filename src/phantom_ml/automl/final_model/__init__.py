"""The model that a run hands over: within its constraints, calibrated, explained, fitted anew on other rows."""
