-- Results of formulas that are worked out anew for all records (`kith.working`) are no change that somebody made: a row of which nothing
-- but columns of its kind's computed fields differs has no entry. Whatever else is written meanwhile has one as always.
CREATE OR REPLACE FUNCTION kith_only_worked(was jsonb, becomes jsonb) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public AS $$
DECLARE
  results text[];
BEGIN
  SELECT array_agg(slot.value) INTO results FROM public.custom_field f, jsonb_each_text(f.slots) AS slot
   WHERE f.workspace_id = (becomes ->> 'workspace_id')::uuid AND f.type = 'computed'
     AND f.kind = (SELECT kind FROM public.record r WHERE r.workspace_id = f.workspace_id AND r.id = (becomes ->> 'id')::uuid);
  RETURN was - coalesce(results, '{}') = becomes - coalesce(results, '{}');
END $$;
REVOKE EXECUTE ON FUNCTION kith_only_worked(jsonb, jsonb) FROM PUBLIC;

-- The audit trigger. It runs as the owner, so the application role needs no right to write audit_entry and has none.
-- Left out of an entry: what the row's own machinery keeps (stamps, search and sort forms). Where nothing else changed
-- there is no entry at all. The version of a change stays in: it tells which fields changed after the version that an
-- editor had opened. Secrets are recorded as changed, never with their value. A link of a many-links field is an entry of
-- the record that has the field, a share one of the record that is shared, the standing of a value one of its record. Whoever stands in for an absent colleague is named so
-- ("Bo for Ada") in the entries of what that colleague owns: `kith.standing` holds {owner: name}.
CREATE OR REPLACE FUNCTION kith_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  bookkeeping CONSTANT text[] := ARRAY['id', 'workspace_id', 'version', 'created_at', 'created_by_id', 'updated_at',
    'updated_by_id', 'search', 'sort_key', 'last_seen_at', 'last_used_at'];
  secrets CONSTANT text[] := ARRAY['password', 'secret', 'digest', 'token_hash'];
  hidden CONSTANT jsonb := '["***", "***"]';
  nothing CONSTANT jsonb := 'null';
  was jsonb;
  becomes jsonb;
  difference jsonb;
BEGIN
  IF current_setting('kith.intake', true) = 'on' AND kith_taking_in(coalesce(NEW.workspace_id, OLD.workspace_id)) THEN
    RETURN NULL;  -- rows that come out of an archive bring their own history (see the archive's SQL)
  END IF;
  IF TG_OP = 'UPDATE' THEN
    was := to_jsonb(OLD);
    becomes := to_jsonb(NEW);
    IF current_setting('kith.working', true) = 'on' AND kith_only_worked(was, becomes) THEN
      RETURN NULL;
    END IF;
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (secrets) THEN hidden ELSE jsonb_build_array(was -> key, value) END)
      INTO difference
      FROM jsonb_each(becomes)
     WHERE value IS DISTINCT FROM was -> key AND key <> ALL (bookkeeping);
    IF becomes -> 'version' IS DISTINCT FROM was -> 'version' THEN
      difference := coalesce(difference, '{}')
        || jsonb_build_object('version', jsonb_build_array(was -> 'version', becomes -> 'version'));
    END IF;
    IF difference IS NULL THEN
      RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'share' THEN
      -- The entry is one of the shared record: whom the share is for tells which one was changed.
      SELECT difference || jsonb_object_agg(key, jsonb_build_array(was -> key, becomes -> key))
        INTO difference
        FROM unnest(ARRAY['user_id', 'team_id']) AS key
       WHERE becomes ->> key IS NOT NULL;
    END IF;
  ELSE
    -- Most columns of a wide table are empty: they are dropped in one go, and the few that are left are looked at.
    becomes := CASE WHEN TG_OP = 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (secrets) THEN hidden
                                      WHEN TG_OP = 'INSERT' THEN jsonb_build_array(nothing, becomes -> key)
                                      ELSE jsonb_build_array(becomes -> key, nothing) END)
      INTO difference
      FROM jsonb_object_keys(jsonb_strip_nulls(becomes) - bookkeeping) AS key
     WHERE becomes -> key <> '""';
  END IF;
  INSERT INTO public.audit_entry
    (id, workspace_id, at, txid, actor, actor_label, reason, table_name, record, op, changes)
  VALUES
    (uuidv7(), (becomes ->> 'workspace_id')::uuid, clock_timestamp(), pg_current_xact_id()::text::bigint,
     nullif(current_setting('kith.actor', true), '')::uuid, coalesce(nullif(current_setting('kith.standing', true), '')::jsonb ->> (coalesce(was, becomes) ->> 'owner_id'),
              current_setting('kith.actor_label', true), ''),
     coalesce(current_setting('kith.reason', true), ''), TG_TABLE_NAME,
     (becomes ->> CASE TG_TABLE_NAME WHEN 'record_link' THEN 'source_id' WHEN 'share' THEN 'record_id' WHEN 'value_standing' THEN 'record_id' ELSE 'id' END)::uuid,
     left(TG_OP, 1),
     coalesce(difference, '{}'));
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION kith_audit() FROM PUBLIC;
