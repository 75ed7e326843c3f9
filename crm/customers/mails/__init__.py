"""Taking mails in: a letter becomes an activity, its people become contacts."""
