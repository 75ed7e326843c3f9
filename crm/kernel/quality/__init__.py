"""Rules that values must keep, the same on every path."""
