"""Who may see and do what: rows, verbs, fields. Import from `crm.kernel.access.policy`."""
