"""The engine: profile, race, search, ensemble, finish, inside one strict budget."""
