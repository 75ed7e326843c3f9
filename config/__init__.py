"""The composition root: settings, addresses, processes and the launcher. It knows every part, no part knows it."""
