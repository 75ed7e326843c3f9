"""News: frozen facts, stored with the change they tell of, delivered after it commits, in order for each record."""
