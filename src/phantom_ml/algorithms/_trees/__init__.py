"""What the trees share: forests and boosted trees as plain arrays, their contributions, their checks."""
