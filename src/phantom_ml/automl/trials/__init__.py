"""One trial: what all of them share, the child that fits it, its score, its draft, its checkpoint."""
