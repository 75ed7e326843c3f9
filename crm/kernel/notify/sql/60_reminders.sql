-- In which workspaces a reminder is due. It crosses workspaces, so it answers ids and nothing else.
CREATE OR REPLACE FUNCTION kith_reminder_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT w.id FROM public.workspace w
   WHERE EXISTS (SELECT 1 FROM public.reminder r WHERE r.workspace_id = w.id AND r.fired_at IS NULL AND r.at <= now())
$$;
