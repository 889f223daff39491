"""Files: found, unpacked, made UTF-8 text, and taken apart into rows."""
