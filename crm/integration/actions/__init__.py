"""Setting webhooks up, and telling them."""
