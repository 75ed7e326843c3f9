"""Commerce: products, price lists with their prices, and the rates of the day between currencies."""
