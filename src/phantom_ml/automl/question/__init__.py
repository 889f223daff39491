"""The question: which rows have an answer, what they can be told by, and what cannot be asked of them."""
