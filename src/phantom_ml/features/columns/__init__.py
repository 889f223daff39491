"""One raw column in, float32 columns out; one file a kind of column, found because it lies here."""
