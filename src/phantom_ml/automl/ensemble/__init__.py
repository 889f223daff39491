"""Several trials as one model: who may be chosen, with what weight, and fitted once more on all rows."""
