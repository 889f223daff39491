"""The systems that are compared: one file each, with one function ``fit``."""
