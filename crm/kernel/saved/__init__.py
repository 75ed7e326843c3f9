"""Saved views of lists: columns, filter, order, grouping and form, kept by a person and shared with others."""
