"""Screens for the people of a workspace: signing in, one's own settings, users, teams, roles, tokens."""
