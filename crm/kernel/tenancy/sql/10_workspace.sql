-- The ambient workspace. On pooled connections an unset setting reads as '', not NULL: both raise.
CREATE OR REPLACE FUNCTION kith_workspace() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE found text := current_setting('kith.workspace', true);
BEGIN
  IF found IS NULL OR found = '' THEN
    RAISE EXCEPTION 'kith: no workspace is set for this transaction' USING ERRCODE = 'KT001';
  END IF;
  RETURN found::uuid;
END $$;

CREATE OR REPLACE FUNCTION kith_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$ SELECT id FROM public.workspace ORDER BY created_at, id $$;

CREATE OR REPLACE FUNCTION kith_workspace_by_slug(wanted text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$ SELECT id FROM public.workspace WHERE slug = wanted $$;

ALTER TABLE workspace ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS workspace_own ON workspace;
CREATE POLICY workspace_own ON workspace USING (id = (SELECT kith_workspace())) WITH CHECK (id = (SELECT kith_workspace()));

-- Opens a scope in one round trip: sets the transaction's workspace, actor and reason, answers the versions.
DO $$ BEGIN  -- what it answers may have grown, which no replacement can do
  IF to_regprocedure('kith_open(text, text, text, text)') IS NOT NULL THEN DROP FUNCTION kith_open(text, text, text, text); END IF;
END $$;
CREATE OR REPLACE FUNCTION kith_open(workspace text, actor text, actor_label text, reason text)
RETURNS TABLE (schema_version int, permission_version int, look_version int) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('kith.workspace', workspace, true), set_config('kith.actor', actor, true),
          set_config('kith.actor_label', actor_label, true), set_config('kith.reason', reason, true),
          set_config('kith.standing', '', true);
  RETURN QUERY SELECT w.schema_version, w.permission_version, w.look_version FROM public.workspace w WHERE w.id = workspace::uuid;
END $$;
