"""What people do on customers' own addresses."""
