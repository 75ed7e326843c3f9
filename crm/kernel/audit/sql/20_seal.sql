-- Tamper evidence. Closed batches of audit rows are sealed into a hash chain afterwards: a chain on insert would let only one
-- transaction write at a time. A batch holds the rows of the transactions [from_txid, to_txid) of one epoch, in the order of
-- (txid, id); transactions below pg_snapshot_xmin are over, so nothing honest can come to it later. In a cluster into which
-- a dump was restored the ids begin again: a new epoch, which holds the rows from the moment `since` on;
-- the first epoch holds all before, whatever their moment.
--
-- The application may read the seals and have new ones made; only the owner could change them, and then the chain breaks.
CREATE OR REPLACE FUNCTION kith_audit_leaf(e audit_entry) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
  SELECT sha256(convert_to(jsonb_build_array(e.id, e.workspace_id, e.at, e.txid, e.actor, e.actor_label, e.reason, e.table_name,
    e.record, e.op, encode(coalesce(e.digest, sha256(convert_to(e.changes::text, 'UTF8'))), 'hex'))::text, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION kith_audit_content(workspace uuid, from_id bigint, to_id bigint, starts timestamptz, ends timestamptz,
  OUT rows bigint, OUT content bytea) LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT count(*), sha256(coalesce(string_agg(kith_audit_leaf(e), ''::bytea ORDER BY e.txid, e.id), ''::bytea))
    FROM public.audit_entry e
   WHERE e.workspace_id = workspace AND e.txid >= from_id AND e.txid < to_id
     AND (starts <= 'epoch' OR e.at >= starts) AND (ends IS NULL OR e.at < ends)
$$;

CREATE OR REPLACE FUNCTION kith_audit_link(previous bytea, s audit_seal) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
  SELECT sha256(previous || convert_to(jsonb_build_array(s.workspace_id, s.number, s.from_txid, s.to_txid, s.since, s.rows,
    encode(s.content, 'hex'), s.sealed_at, s.rule)::text, 'UTF8'))
$$;

-- Adds one seal to the chain of a workspace.
CREATE OR REPLACE FUNCTION kith_audit_add(s audit_seal) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE last public.audit_seal;
BEGIN
  SELECT * INTO last FROM public.audit_seal WHERE workspace_id = s.workspace_id ORDER BY number DESC LIMIT 1;
  s.id := uuidv7();
  s.number := coalesce(last.number, 0) + 1;
  s.sealed_at := clock_timestamp();
  s.digest := kith_audit_link(coalesce(last.digest, ''::bytea), s);
  INSERT INTO public.audit_seal SELECT s.*;
END $$;

-- Seals the next batch of about `most` rows; answers how many it holds, 0 when nothing is to be sealed.
CREATE OR REPLACE FUNCTION kith_audit_seal(most int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  here CONSTANT uuid := kith_workspace();
  horizon CONSTANT bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  last public.audit_seal;
  made public.audit_seal;
  first_txid bigint;
  cut bigint;
  begins timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('kith audit seal ' || here, 0));
  SELECT * INTO last FROM public.audit_seal WHERE workspace_id = here AND rule IS NULL ORDER BY number DESC LIMIT 1;
  made.workspace_id := here;
  made.from_txid := coalesce(last.to_txid, 0);
  made.since := coalesce(last.since, 'epoch');
  IF last.to_txid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN
    SELECT min(at) INTO begins FROM public.audit_entry WHERE workspace_id = here AND at > last.sealed_at AND txid < horizon;
    IF begins IS NULL THEN
      RETURN 0;
    END IF;
    made.to_txid := 9223372036854775807;
    SELECT * INTO made.rows, made.content FROM kith_audit_content(here, made.from_txid, made.to_txid, made.since, begins);
    PERFORM kith_audit_add(made);
    made.from_txid := 0;
    made.since := begins;
  END IF;
  SELECT txid INTO first_txid FROM public.audit_entry
   WHERE workspace_id = here AND txid >= made.from_txid AND txid < horizon AND at >= made.since ORDER BY txid LIMIT 1;
  IF first_txid IS NULL THEN
    RETURN 0;
  END IF;
  SELECT txid INTO cut FROM public.audit_entry
   WHERE workspace_id = here AND txid >= made.from_txid AND txid < horizon AND at >= made.since ORDER BY txid OFFSET most LIMIT 1;
  made.to_txid := CASE WHEN cut = first_txid THEN cut + 1 ELSE coalesce(cut, horizon) END;
  SELECT * INTO made.rows, made.content FROM kith_audit_content(here, made.from_txid, made.to_txid, made.since, NULL);
  PERFORM kith_audit_add(made);
  RETURN made.rows;
END $$;
REVOKE EXECUTE ON FUNCTION kith_audit_seal(int) FROM PUBLIC;

-- Looks every batch through, in order, and answers the first thing that is not as it was sealed; no row where all is well.
CREATE OR REPLACE FUNCTION kith_audit_damage() RETURNS TABLE (number int, since timestamptz, until timestamptz, why text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  here CONSTANT uuid := kith_workspace();
  seal public.audit_seal;
  previous bytea := ''::bytea;
  before timestamptz := NULL;
  expected int := 1;
  ends timestamptz;
  found record;
BEGIN
  FOR seal IN SELECT * FROM public.audit_seal s WHERE s.workspace_id = here ORDER BY s.number LOOP
    IF seal.number <> expected THEN
      RETURN QUERY SELECT expected, before, seal.sealed_at, 'missing'::text;
      RETURN;
    END IF;
    IF seal.digest IS DISTINCT FROM kith_audit_link(previous, seal) THEN
      RETURN QUERY SELECT seal.number, before, seal.sealed_at, 'seal'::text;
      RETURN;
    END IF;
    IF seal.rule IS NULL THEN
      SELECT min(s.since) INTO ends FROM public.audit_seal s WHERE s.workspace_id = here AND s.since > seal.since;
      SELECT * INTO found FROM kith_audit_content(here, seal.from_txid, seal.to_txid, seal.since, ends);
      IF found.rows <> seal.rows OR found.content IS DISTINCT FROM seal.content THEN
        RETURN QUERY SELECT seal.number, before, seal.sealed_at,
          CASE WHEN found.rows < seal.rows THEN 'removed' WHEN found.rows > seal.rows THEN 'inserted' ELSE 'changed' END;
        RETURN;
      END IF;
      IF EXISTS (SELECT FROM public.audit_entry e
                  WHERE e.workspace_id = here AND e.txid >= seal.from_txid AND e.txid < seal.to_txid AND e.digest IS NOT NULL
                    AND (e.changes <> '{}' OR NOT EXISTS (
                      SELECT FROM public.audit_seal s WHERE s.workspace_id = here AND s.rule ->> 'table' = e.table_name
                         AND e.at < (s.rule ->> 'before')::timestamptz))) THEN
        RETURN QUERY SELECT seal.number, before, seal.sealed_at, 'details'::text;
        RETURN;
      END IF;
    END IF;
    previous := seal.digest;
    before := seal.sealed_at;
    expected := expected + 1;
  END LOOP;
END $$;

-- Removes by rule the details of sealed rows that are older than the rule says: their digest stays, so the batches hold. What was
-- removed is sealed itself. Answers how many rows.
CREATE OR REPLACE FUNCTION kith_audit_retire() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE
  here CONSTANT uuid := kith_workspace();
  rule record;
  last public.audit_seal;
  made public.audit_seal;
  gone bigint;
  total bigint := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('kith audit seal ' || here, 0));
  FOR rule IN SELECT r.table_name, date_trunc('day', now()) - make_interval(days => r.days) AS before
                FROM public.audit_rule r WHERE r.workspace_id = here AND r.days >= 30 ORDER BY r.table_name LOOP
    SELECT * INTO last FROM public.audit_seal s WHERE s.workspace_id = here AND s.rule IS NULL ORDER BY s.number DESC LIMIT 1;
    UPDATE public.audit_entry e SET digest = sha256(convert_to(e.changes::text, 'UTF8')), changes = '{}'
     WHERE e.workspace_id = here AND e.table_name = rule.table_name AND e.at < rule.before AND e.digest IS NULL
       AND (e.at < last.since OR e.txid < last.to_txid);
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
      made := NULL;
      made.workspace_id := here;
      made.from_txid := 0;
      made.to_txid := 0;
      made.since := 'epoch';
      made.rows := gone;
      made.content := ''::bytea;
      made.rule := jsonb_build_object('table', rule.table_name, 'before', rule.before);
      PERFORM kith_audit_add(made);
      total := total + gone;
    END IF;
  END LOOP;
  RETURN total;
END $$;
REVOKE EXECUTE ON FUNCTION kith_audit_retire() FROM PUBLIC;

-- The workspaces that have audit rows which are not sealed.
CREATE OR REPLACE FUNCTION kith_unsealed_workspaces() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT w.id FROM public.workspace w LEFT JOIN LATERAL (
    SELECT s.to_txid, s.since FROM public.audit_seal s WHERE s.workspace_id = w.id AND s.rule IS NULL ORDER BY s.number DESC LIMIT 1
  ) last ON true
   WHERE last.to_txid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
      OR EXISTS (SELECT FROM public.audit_entry e
                  WHERE e.workspace_id = w.id AND e.txid >= coalesce(last.to_txid, 0)
                    AND e.txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
$$;
REVOKE EXECUTE ON FUNCTION kith_unsealed_workspaces() FROM PUBLIC;
