"""Workbooks that come back edited: told cell by cell from today's records, and written where somebody says so."""
