"""Which trials are made: the portfolio first, then settings near what was good, race by race."""
