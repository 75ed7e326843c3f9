"""Handlers: each parses, makes one call into the kernel, renders."""
