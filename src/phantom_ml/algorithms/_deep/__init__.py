"""What the neural networks share: their inputs, their forward pass, their training."""
