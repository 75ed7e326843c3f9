-- A workspace out of an archive. The audit log is the one table that the application cannot write, so its entries come in by these
-- functions, and only in the very transaction that makes the workspace: a log that exists can neither be added to nor changed by
-- them. `archive_intake` says so; the application may not write it, and its row is gone before the transaction ends.
CREATE OR REPLACE FUNCTION kith_intake_begin() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE here CONSTANT uuid := kith_workspace();
BEGIN
  IF EXISTS (SELECT FROM public.workspace WHERE id = here) OR EXISTS (SELECT FROM public.audit_entry WHERE workspace_id = here) THEN
    RAISE EXCEPTION 'kith: this workspace is there already' USING ERRCODE = 'KT002';
  END IF;
  INSERT INTO public.archive_intake (workspace, xid) VALUES (here, pg_current_xact_id()::text::bigint);
  PERFORM set_config('kith.intake', 'on', true);
END $$;
REVOKE EXECUTE ON FUNCTION kith_intake_begin() FROM PUBLIC;

-- Whether the open transaction makes this workspace.
CREATE OR REPLACE FUNCTION kith_taking_in(workspace uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT FROM public.archive_intake i WHERE i.workspace = $1 AND i.xid = pg_current_xact_id()::text::bigint)
$$;

CREATE OR REPLACE FUNCTION kith_intake_audit(entries jsonb, seals jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE here CONSTANT uuid := kith_workspace();
BEGIN
  IF NOT kith_taking_in(here) THEN
    RAISE EXCEPTION 'kith: no workspace is being made here' USING ERRCODE = 'KT002';
  END IF;
  INSERT INTO public.audit_entry
    (id, workspace_id, at, txid, actor, actor_label, reason, table_name, record, op, changes, digest)
  SELECT e.id, here, e.at, e.txid, e.actor, e.actor_label, e.reason, e.table_name, e.record, e.op, e.changes, e.digest
    FROM jsonb_populate_recordset(NULL::public.audit_entry, entries) e;
  INSERT INTO public.audit_seal
    (id, workspace_id, number, from_txid, to_txid, since, rows, content, digest, sealed_at, rule)
  SELECT s.id, here, s.number, s.from_txid, s.to_txid, s.since, s.rows, s.content, s.digest, s.sealed_at, s.rule
    FROM jsonb_populate_recordset(NULL::public.audit_seal, seals) s;
END $$;
REVOKE EXECUTE ON FUNCTION kith_intake_audit(jsonb, jsonb) FROM PUBLIC;

-- Ends the intake: seals what came in and is not sealed, in batches of about `most`, keeps the rules by which details were removed and
-- where the log came from as seals of their own, and opens an epoch in which this cluster's ids of transactions count.
CREATE OR REPLACE FUNCTION kith_intake_end(rules jsonb, origin jsonb, most int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE
  here CONSTANT uuid := kith_workspace();
  starts CONSTANT timestamptz := clock_timestamp();
  last public.audit_seal;
  made public.audit_seal;
  cut bigint;
  rule jsonb;
BEGIN
  IF NOT kith_taking_in(here) THEN
    RAISE EXCEPTION 'kith: no workspace is being made here' USING ERRCODE = 'KT002';
  END IF;
  IF EXISTS (SELECT FROM public.audit_entry WHERE workspace_id = here AND at >= starts) THEN
    RAISE EXCEPTION 'kith: entries of the audit log are of the future' USING ERRCODE = 'KT003';
  END IF;
  SELECT * INTO last FROM public.audit_seal s WHERE s.workspace_id = here AND s.rule IS NULL ORDER BY s.number DESC LIMIT 1;
  made.workspace_id := here;
  made.from_txid := coalesce(last.to_txid, 0);
  made.since := coalesce(last.since, 'epoch');
  LOOP
    SELECT e.txid INTO cut FROM public.audit_entry e
     WHERE e.workspace_id = here AND e.txid >= made.from_txid AND (made.since <= 'epoch' OR e.at >= made.since)
     ORDER BY e.txid OFFSET most LIMIT 1;
    made.to_txid := CASE WHEN cut IS NULL THEN 9223372036854775807 ELSE greatest(cut, made.from_txid + 1) END;
    SELECT c.rows, c.content INTO made.rows, made.content
      FROM kith_audit_content(here, made.from_txid, made.to_txid, made.since, starts) c;
    PERFORM kith_audit_add(made);
    EXIT WHEN cut IS NULL;
    made.from_txid := made.to_txid;
  END LOOP;
  made.from_txid := 0;
  made.to_txid := 0;
  made.content := ''::bytea;
  made.rows := 0;
  made.since := 'epoch';
  FOR rule IN SELECT value FROM jsonb_array_elements(rules || jsonb_build_array(origin)) LOOP
    made.rule := rule;
    PERFORM kith_audit_add(made);
  END LOOP;
  made.rule := NULL;
  made.since := starts;
  made.content := sha256(''::bytea);
  PERFORM kith_audit_add(made);
  DELETE FROM public.archive_intake WHERE workspace = here;
  PERFORM set_config('kith.intake', '', true);
END $$;
REVOKE EXECUTE ON FUNCTION kith_intake_end(jsonb, jsonb, int) FROM PUBLIC;
