"""The target column: its answers, which is the alert, and how many of the others are kept."""
