"""Strings with a grammar taken apart: hosts, URLs, command lines; many at once, never the network."""
