"""Which features are worth their place: judged on held-out rows, never by the fit itself."""
