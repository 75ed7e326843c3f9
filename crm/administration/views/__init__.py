"""The screens: each view parses, calls an action, renders."""
