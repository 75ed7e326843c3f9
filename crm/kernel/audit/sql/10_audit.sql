-- The audit trigger. It runs as the owner, so the application role needs no right to write audit_entry and has none.
-- The version stays in: it tells which fields changed after the one that an editor had opened. Empty columns are
-- dropped first, since a record table has many. Left out of an entry: what the row's own machinery keeps (stamps, search and sort forms). Where nothing
-- else changed there is no entry at all. Secrets are recorded as changed, never with their value.
CREATE OR REPLACE FUNCTION kith_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  bookkeeping CONSTANT text[] := ARRAY['id', 'workspace_id', 'created_at', 'created_by_id', 'updated_at',
    'updated_by_id', 'search', 'sort_key', 'last_seen_at'];
  secrets CONSTANT text[] := ARRAY['password', 'secret', 'digest', 'token_hash'];
  was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE jsonb_strip_nulls(to_jsonb(OLD)) END;
  becomes jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE jsonb_strip_nulls(to_jsonb(NEW)) END;
  row_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN was ELSE becomes END;
  difference jsonb;
BEGIN
  SELECT coalesce(jsonb_object_agg(name, CASE WHEN name = ANY (secrets) THEN '["***", "***"]'::jsonb
                                              ELSE jsonb_build_array(old_value, new_value) END), '{}'::jsonb)
    INTO difference
    FROM (SELECT coalesce(o.key, n.key) AS name, nullif(o.value, 'null') AS old_value, nullif(n.value, 'null') AS new_value
            FROM jsonb_each(was) o FULL JOIN jsonb_each(becomes) n ON n.key = o.key) AS both_rows
   WHERE old_value IS DISTINCT FROM new_value
     AND name <> ALL (bookkeeping)
     AND (TG_OP = 'UPDATE' OR coalesce(old_value, new_value) <> '""'::jsonb);
  IF TG_OP = 'UPDATE' AND difference = '{}'::jsonb THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.audit_entry
    (id, workspace_id, at, txid, actor, actor_label, reason, table_name, record, op, changes)
  VALUES
    (uuidv7(), (row_now ->> 'workspace_id')::uuid, clock_timestamp(), pg_current_xact_id()::text::bigint,
     nullif(current_setting('kith.actor', true), '')::uuid, coalesce(current_setting('kith.actor_label', true), ''),
     coalesce(current_setting('kith.reason', true), ''), TG_TABLE_NAME, (row_now ->> 'id')::uuid, left(TG_OP, 1),
     difference);
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION kith_audit() FROM PUBLIC;
