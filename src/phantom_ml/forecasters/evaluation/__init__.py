"""How good forecasts are: back-tests, measures, and the blend that these choose."""
