-- One row for each key of each live record; written from record.duplicate_keys by the statements that write the record table.
-- No id and no second index: a lean row counts, since a record has about twenty of them. The primary key serves the look-up
-- (workspace, key), which reads the index alone, and the removal of exactly one row. No foreign key either: checking it would
-- cost more than the row; the policy lets in none but the workspace of the scope, and each row goes with its record.
CREATE TABLE IF NOT EXISTS duplicate_key (
  workspace_id uuid NOT NULL DEFAULT kith_workspace(),
  key integer NOT NULL,
  record uuid NOT NULL,
  PRIMARY KEY (workspace_id, key, record)
);
ALTER TABLE duplicate_key ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS kith_workspace ON duplicate_key;
CREATE POLICY kith_workspace ON duplicate_key USING (workspace_id = (SELECT kith_workspace()))
  WITH CHECK (workspace_id = (SELECT kith_workspace()));
CREATE INDEX IF NOT EXISTS record_unkeyed ON record (workspace_id, id) WHERE duplicate_keys IS NULL;

CREATE OR REPLACE FUNCTION kith_keys_added() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO duplicate_key (workspace_id, key, record)
  SELECT r.workspace_id, k.key, r.id FROM fresh r, unnest(r.duplicate_keys) AS k(key)
   WHERE r.deleted_at IS NULL ORDER BY k.key;  -- in the order of the index: neighbours share a page
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION kith_keys_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  DELETE FROM duplicate_key d USING (
    SELECT o.workspace_id, k.key, o.id FROM stale o JOIN fresh n ON n.id = o.id, unnest(o.duplicate_keys) AS k(key)
     WHERE o.deleted_at IS NULL AND (n.deleted_at IS NOT NULL OR n.duplicate_keys IS NULL OR k.key <> ALL (n.duplicate_keys))
  ) gone WHERE d.workspace_id = gone.workspace_id AND d.key = gone.key AND d.record = gone.id;
  INSERT INTO duplicate_key (workspace_id, key, record)
  SELECT n.workspace_id, k.key, n.id FROM fresh n JOIN stale o ON o.id = n.id, unnest(n.duplicate_keys) AS k(key)
   WHERE n.deleted_at IS NULL AND (o.deleted_at IS NOT NULL OR o.duplicate_keys IS NULL OR k.key <> ALL (o.duplicate_keys))
   ORDER BY k.key ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION kith_keys_removed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  DELETE FROM duplicate_key d USING (SELECT o.workspace_id, k.key, o.id FROM stale o, unnest(o.duplicate_keys) AS k(key)) gone
   WHERE d.workspace_id = gone.workspace_id AND d.key = gone.key AND d.record = gone.id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER kith_keys_added AFTER INSERT ON record
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION kith_keys_added();
CREATE OR REPLACE TRIGGER kith_keys_changed AFTER UPDATE ON record
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION kith_keys_changed();
CREATE OR REPLACE TRIGGER kith_keys_removed AFTER DELETE ON record
  REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION kith_keys_removed();

-- In which workspaces rows have no keys yet. It crosses workspaces, so it answers ids and nothing else.
CREATE OR REPLACE FUNCTION kith_unkeyed_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT w.id FROM public.workspace w WHERE EXISTS (SELECT 1 FROM public.record r WHERE r.workspace_id = w.id AND r.duplicate_keys IS NULL)
$$;
