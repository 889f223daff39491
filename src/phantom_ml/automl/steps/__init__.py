"""The steps of a run over rows: what is tried, prepare, search, conclude; and the state that they pass on."""
