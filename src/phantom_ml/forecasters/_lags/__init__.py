"""What forecasts from lags share: features of the past, the rows of a fit, the fitted model."""
