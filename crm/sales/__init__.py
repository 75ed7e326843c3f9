"""Sales: pipelines with their stages, opportunities, and the figures of the sales page."""
