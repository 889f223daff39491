"""What the linear models share: the table as they take it, their losses, their learner."""
