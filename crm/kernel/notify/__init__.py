"""Telling people: the bell, reminders that fire, and the live stream to their windows."""
