"""Customers: accounts, contacts, who knows whom, and what was said and done with them."""
