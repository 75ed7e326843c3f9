"""The OpenAPI 3.1 document of one workspace, for one actor: his kinds, his fields, his operations."""
