"""Kinds and fields made in the interface: what is declared as data, and how it becomes kinds like the shipped ones."""
