"""The demonstration company: drawn as plain data by a fixed seed, then written through the records API."""
