"""A whole workspace as one file, and a new workspace out of such a file."""
