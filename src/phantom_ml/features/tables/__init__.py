"""Features of several raw columns together; one file a plugin, found because it lies here."""
