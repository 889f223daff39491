"""One file a format; a file that lies here and adds a Reader is found."""
