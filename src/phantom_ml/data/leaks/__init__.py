"""What makes a score look better than the field will: columns and rows that tell the answer."""
