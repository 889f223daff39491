"""What the neural networks share: windows of the past, their forward pass, their training."""
