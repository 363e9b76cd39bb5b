-- A key that may send signals need not be one that creates or cancels orders. Each key satisfies the wider constraint.
ALTER TABLE public.api_keys
  DROP CONSTRAINT api_keys_scopes_known,
  ADD CONSTRAINT api_keys_scopes_known CHECK (
    cardinality(scopes) > 0
    AND scopes <@ ARRAY['orders:read', 'orders:write', 'orders:signal', 'orders:admin', 'metrics:read']) NOT VALID
