"""Spreadsheets in and out: reading files, matching columns, dry run, import with undo, export of any view."""
