"""What a workbook of Kith carries besides its table, so that it is known when it comes back."""

KEY = "kith:key"
"""Head of the hidden column that says which record a row is, and in which version it left."""
TOTALS = "kith:total"
"""Stands in that column where a row holds totals and is no record."""
ABOUT = "kith"
"""The sheet, hidden even from the menu, that says what was exported."""
