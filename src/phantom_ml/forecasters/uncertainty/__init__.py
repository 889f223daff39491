"""How far a forecast can be believed: its quantiles, steps beyond the horizon, series that tell too little."""
