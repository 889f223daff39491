"""Times: how they are written, which instants they are, and which cells hold none."""
