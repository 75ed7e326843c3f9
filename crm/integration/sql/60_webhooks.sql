-- Which workspaces have events that their webhooks were not told of yet. It crosses workspaces, so it answers ids and nothing else.
CREATE OR REPLACE FUNCTION kith_webhook_news() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT p.workspace_id FROM public.webhook_place p
   WHERE EXISTS (SELECT 1 FROM public.webhook w WHERE w.workspace_id = p.workspace_id AND w.active AND w.removed_at IS NULL)
     AND EXISTS (SELECT 1 FROM public.outbox_event e
                  WHERE e.workspace_id = p.workspace_id AND (e.xid, e.number) > (p.xid, p.number)
                    AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
$$;
REVOKE EXECUTE ON FUNCTION kith_webhook_news() FROM PUBLIC;

-- Which webhooks have something to send now and are not in anybody's hands, those that were served longest ago first.
CREATE OR REPLACE FUNCTION kith_webhooks_due() RETURNS TABLE (workspace uuid, webhook uuid) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT s.workspace_id, s.webhook_id FROM public.webhook_state s
    JOIN public.webhook w ON w.workspace_id = s.workspace_id AND w.id = s.webhook_id
   WHERE w.active AND w.removed_at IS NULL
     AND (s.leased_until IS NULL OR s.leased_until <= now()) AND (s.rests_until IS NULL OR s.rests_until <= now())
     AND EXISTS (SELECT 1 FROM public.webhook_delivery d
                  WHERE d.workspace_id = s.workspace_id AND d.webhook_id = s.webhook_id AND d.state = 'waiting' AND d.next_at <= now())
   ORDER BY s.served_at LIMIT 200
$$;
REVOKE EXECUTE ON FUNCTION kith_webhooks_due() FROM PUBLIC;

-- Places that came with a dump from another cluster, as kith_outbox_adopt() does for the events.
CREATE OR REPLACE FUNCTION kith_webhook_adopt() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE many bigint;
BEGIN
  UPDATE public.webhook_place SET xid = 0 WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  GET DIAGNOSTICS many = ROW_COUNT;
  RETURN many;
END $$;
REVOKE EXECUTE ON FUNCTION kith_webhook_adopt() FROM PUBLIC;
