-- The order of events. A sequence and not the clock: two transactions on one record may fall into one millisecond.
CREATE SEQUENCE IF NOT EXISTS outbox_event_number AS bigint CACHE 1;

-- Which workspaces have something to deliver now. It crosses workspaces, so it answers ids and nothing else.
CREATE OR REPLACE FUNCTION kith_outbox_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT w.id FROM public.workspace w
   WHERE EXISTS (SELECT 1 FROM public.outbox_event e
                  WHERE e.workspace_id = w.id AND e.state = 'pending' AND e.next_at <= now())
$$;

-- Events that came with a dump from another cluster: the ids of their transactions mean nothing here, and would hold them
-- back until the new cluster reaches those ids. They are older than whatever it publishes. Answers how many there were.
CREATE OR REPLACE FUNCTION kith_outbox_adopt() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE many bigint;
BEGIN
  UPDATE public.outbox_event SET xid = 0 WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  GET DIAGNOSTICS many = ROW_COUNT;
  RETURN many;
END $$;
