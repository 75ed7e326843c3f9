-- In which workspaces computed fields wait to be worked out for all records, or to be looked at for the first time. It crosses
-- workspaces, so it answers ids and nothing else.
CREATE OR REPLACE FUNCTION kith_unworked_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT f.workspace_id FROM public.custom_field f
   WHERE f.type = 'computed' AND f.retired_at IS NULL
     AND (f.worked = '{}' OR f.worked ->> 'as' <> '' AND f.worked ->> 'since' IS NULL)
$$;
