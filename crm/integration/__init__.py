"""Other programs: webhooks tell them what happens here."""
