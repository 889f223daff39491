"""What a column can be: one small file a kind or family, tried in the order of their precedence."""
