"""The search for a forecast: pose the series, back-test in children, blend, keep."""
