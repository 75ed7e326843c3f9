"""What administrators do to the workspace as a whole."""
