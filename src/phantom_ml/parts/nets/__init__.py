"""What neural networks share, whatever they are for: training, attention, recurrence, weights on disk."""
