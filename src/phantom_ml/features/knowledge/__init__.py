"""Lists of facts of the field, as TOML files that say where they come from and of what date they are."""
