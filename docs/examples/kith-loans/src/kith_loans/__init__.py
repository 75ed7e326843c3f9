"""Equipment lent to customers."""
