-- The order of events. A sequence and not the clock: two transactions on one record may fall into one millisecond.
CREATE SEQUENCE IF NOT EXISTS outbox_event_number AS bigint CACHE 1;

-- Which workspaces have something to deliver now. It crosses workspaces, so it answers ids and nothing else.
CREATE OR REPLACE FUNCTION kith_outbox_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT w.id FROM public.workspace w
   WHERE EXISTS (SELECT 1 FROM public.outbox_event e
                  WHERE e.workspace_id = w.id AND e.state = 'pending' AND e.next_at <= now())
$$;
