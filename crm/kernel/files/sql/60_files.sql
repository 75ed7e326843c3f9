-- The room that a workspace's files take, counted by the database itself: whoever writes or deletes, and however many at
-- once. The row of `file_room` stays locked until the transaction that stores a file ends, so a quota holds exactly.
CREATE OR REPLACE FUNCTION kith_file_room() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE public.file_room SET used = used - OLD.size WHERE id = OLD.workspace_id;
  ELSE
    INSERT INTO public.file_room AS room (id, workspace_id, used) VALUES (NEW.workspace_id, NEW.workspace_id, NEW.size)
    ON CONFLICT (id) DO UPDATE SET used = room.used + NEW.size;
  END IF;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION kith_file_room() FROM PUBLIC;
CREATE OR REPLACE TRIGGER kith_file_room_more AFTER INSERT ON file FOR EACH ROW EXECUTE FUNCTION kith_file_room();
CREATE OR REPLACE TRIGGER kith_file_room_less AFTER DELETE ON file FOR EACH ROW EXECUTE FUNCTION kith_file_room();

-- Full text is no leakproof comparison (see search/sql): looked for as the owner, in the workspace that the scope is set to.
-- Only current versions which are neither in the bin nor kept apart.
CREATE INDEX IF NOT EXISTS file_text_search_gin ON file_text USING gin (search) WITH (gin_pending_list_limit = 512);
CREATE INDEX IF NOT EXISTS file_held ON file (workspace_id, held) WHERE held <> '';

CREATE OR REPLACE FUNCTION kith_search_files(asked text, most integer)
RETURNS TABLE (file uuid, record uuid, kind text, title text, rank real, at timestamptz)
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
  SELECT found.id, r.id, r.kind, r.title, ts_rank(found.search, q), found.created_at
    FROM (SELECT f.id, f.record_id, f.created_at, t.search FROM public.file_text t
            JOIN public.file f ON f.workspace_id = mine AND f.id = t.file_id
           WHERE t.search @@ q AND t.workspace_id = mine AND f.current AND f.removed_at IS NULL AND f.held = ''
           LIMIT most) found
    JOIN public.record r ON r.workspace_id = mine AND r.id = found.record_id AND r.deleted_at IS NULL
   ORDER BY 5 DESC, 6 DESC;
END $$;
REVOKE EXECUTE ON FUNCTION kith_search_files(text, integer) FROM PUBLIC;

CREATE INDEX IF NOT EXISTS file_text_waiting ON file_text (workspace_id) WHERE state = 'waiting';

-- In which workspaces files wait for their virus check or for their text to be read: ids and nothing else.
CREATE OR REPLACE FUNCTION kith_file_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT w.id FROM public.workspace w WHERE EXISTS (
    SELECT 1 FROM public.file_text t JOIN public.file f ON f.workspace_id = w.id AND f.id = t.file_id
     WHERE t.workspace_id = w.id AND t.state = 'waiting' AND f.held IN ('', 'waiting') AND f.removed_at IS NULL)
$$;
REVOKE EXECUTE ON FUNCTION kith_file_workspaces() FROM PUBLIC;
