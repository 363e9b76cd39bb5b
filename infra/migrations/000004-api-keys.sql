-- Who may call, with AUTH=api-key. The key itself is not here: only its SHA-256.

CREATE TABLE api_keys (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Whose orders it reads and writes. Several keys may have one owner: that is how one replaces another.
  owner text NOT NULL CONSTRAINT api_keys_owner_named CHECK (length(owner) BETWEEN 1 AND 255),
  -- For people: the history of an order says which key moved it.
  name text NOT NULL CONSTRAINT api_keys_named CHECK (length(name) BETWEEN 1 AND 100),
  -- Without salt and fast, on purpose: 256 random bits cannot be guessed, however fast the guessing. NIST SP 800-63B,
  -- 5.1.2.2: look-up secrets "having at least 112 bits of entropy SHALL be hashed with an approved one-way function"; only
  -- those with fewer are to be salted and hashed with a key derivation function.
  secret_sha256 bytea NOT NULL UNIQUE CONSTRAINT api_keys_sha256 CHECK (octet_length(secret_sha256) = 32),
  scopes text[] NOT NULL CONSTRAINT api_keys_scopes_known CHECK (
    cardinality(scopes) > 0
    AND scopes <@ ARRAY['orders:read', 'orders:write', 'orders:admin', 'metrics:read']),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- NULL: never.
  expires_at timestamptz,
  -- Never deleted, so that the history stays readable.
  revoked_at timestamptz
)
