-- Full text is no leakproof comparison: under a row policy the application's role could not use this index. So the
-- function looks, as the owner, for the workspace that the scope is set to, and takes no other.
CREATE INDEX IF NOT EXISTS record_search_gin ON record USING gin (search) WITH (gin_pending_list_limit = 512);
CREATE INDEX IF NOT EXISTS record_by_name ON record (workspace_id, kind, sort_key, id) WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS record_unsearched ON record (workspace_id, id) WHERE search IS NULL;

CREATE OR REPLACE FUNCTION kith_search(asked text, kinds text[], most integer)
RETURNS TABLE (id uuid, kind text, title text, rank real, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET enable_indexscan = off
AS $$
DECLARE
  mine CONSTANT uuid := kith_workspace();
  q CONSTANT tsquery := asked::tsquery;
BEGIN
  RETURN QUERY
  SELECT found.id, found.kind, found.title, ts_rank('{0.1, 0.2, 0.5, 1.0}', found.search, q), found.updated_at
    FROM (SELECT r.* FROM public.record r
           WHERE r.search @@ q AND r.workspace_id = mine AND r.deleted_at IS NULL AND r.kind = ANY (kinds)
           LIMIT most) found
   ORDER BY 4 DESC, 5 DESC;
END $$;
REVOKE EXECUTE ON FUNCTION kith_search(text, text[], integer) FROM PUBLIC;

-- The same among a given few: what is shared with a person record by record.
CREATE OR REPLACE FUNCTION kith_search_among(asked text, ids uuid[])
RETURNS TABLE (id uuid, kind text, title text, rank real, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
  SELECT r.id, r.kind, r.title, ts_rank('{0.1, 0.2, 0.5, 1.0}', r.search, asked::tsquery), r.updated_at
    FROM public.record r
   WHERE r.workspace_id = kith_workspace() AND r.id = ANY (ids) AND r.deleted_at IS NULL
     AND r.search @@ asked::tsquery
$$;
REVOKE EXECUTE ON FUNCTION kith_search_among(text, uuid[]) FROM PUBLIC;
DROP INDEX IF EXISTS record_sort_key_id_ix;

-- In which workspaces there are such rows. It crosses workspaces, so it answers ids and nothing else.
CREATE OR REPLACE FUNCTION kith_unsearched_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT w.id FROM public.workspace w WHERE EXISTS (SELECT 1 FROM public.record r WHERE r.workspace_id = w.id AND r.search IS NULL)
$$;
