"""Who changed what, when and why. Rows are written by a database trigger; the application can only read them."""
