"""The settings pages of integrations."""
