"""What an entity did before: counts, rates, novelty and rhythm, strictly from the past."""
