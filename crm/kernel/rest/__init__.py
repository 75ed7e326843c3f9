"""The JSON API: generic routes over the registry, problem+json, idempotency keys, OpenAPI per workspace."""
