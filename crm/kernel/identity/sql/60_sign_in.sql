-- The one read of people before a workspace is known: who has this e-mail, in which workspace, with which hash.
-- At most ten, so that one sign-in never costs more than ten verifications.
CREATE OR REPLACE FUNCTION kith_sign_in_candidates(wanted text, only_slug text)
RETURNS TABLE (workspace uuid, slug text, workspace_name text, person uuid, person_name text, password text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT w.id, w.slug, w.name, m.id, m.name, m.password
  FROM public.member m JOIN public.workspace w ON w.id = m.workspace_id
  WHERE m.email = wanted AND m.is_active AND (only_slug = '' OR w.slug = only_slug)
  ORDER BY m.last_seen_at DESC NULLS LAST, w.name
  LIMIT 10
$$;

-- Founding is the one write outside every workspace, so it goes through a function as well.
CREATE OR REPLACE FUNCTION kith_free_slug(wanted text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE found text := wanted; number int := 1;
BEGIN
  WHILE EXISTS (SELECT 1 FROM public.workspace WHERE slug = found) LOOP
    number := number + 1;
    found := wanted || '-' || number;
  END LOOP;
  RETURN found;
END $$;

-- Only the application asks; `migrate` gives it the right after this file.
REVOKE EXECUTE ON FUNCTION kith_sign_in_candidates(text, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION kith_free_slug(text) FROM PUBLIC;
