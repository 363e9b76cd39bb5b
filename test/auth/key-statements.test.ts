import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hashOf, makeApiKey } from '../../lib/auth/api-key.ts';
import { findApiKey } from '../../lib/auth/sql/find-api-key.ts';
import { insertApiKey } from '../../lib/auth/sql/insert-api-key.ts';
import { listApiKeys } from '../../lib/auth/sql/list-api-keys.ts';
import { revokeApiKey } from '../../lib/auth/sql/revoke-api-key.ts';
import { DRIVERS, type Subject } from '../support/contract.ts';

describe.each(DRIVERS)('with $name, a key', ({ open }) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  beforeEach(() => subject.database.query('DELETE FROM api_keys'));
  afterAll(() => subject.close());

  const aKey = (expiresInDays: number | null) => ({
    owner: "O'Neill & Søn",
    name: 'Kasse 1 ☂',
    scopes: ['orders:read', 'metrics:read'],
    expiresInDays,
    sha256: hashOf(makeApiKey()),
  });

  test('an API key with special characters is found, listed and revoked as it was stored', async () => {
    const { database } = subject;
    const lasting = aKey(null);
    const passing = aKey(2);
    const { id, expiresAt } = await insertApiKey(database, { ...lasting, createdBy: 'ada' });
    expect(expiresAt).toBeNull();
    await insertApiKey(database, passing);

    const { owner, name, scopes } = lasting;
    expect(await findApiKey(database, lasting.sha256)).toEqual({ id, owner, name, scopes, expiresIn: null });
    const { expiresIn } = (await findApiKey(database, passing.sha256)) ?? {};
    expect(expiresIn).toBeGreaterThan(2 * 86_400 - 60);
    expect(expiresIn).toBeLessThanOrEqual(2 * 86_400);
    expect(await findApiKey(database, hashOf('another'))).toBeUndefined();

    const revoked = await revokeApiKey(database, id, 'grace');
    expect(revoked).toEqual({ name, revokedAt: expect.any(Date) });
    expect(await revokeApiKey(database, id, 'too late')).toEqual(revoked);
    expect(await revokeApiKey(database, 999_999)).toBeUndefined();
    expect(await findApiKey(database, lasting.sha256)).toBeUndefined();

    expect(await listApiKeys(database)).toEqual([
      {
        id,
        owner,
        name,
        scopes,
        state: 'revoked',
        createdAt: expect.any(Date),
        expiresAt: null,
        revokedAt: revoked?.revokedAt,
        createdBy: 'ada',
        revokedBy: 'grace',
      },
      expect.objectContaining({ state: 'active', expiresAt: expect.any(Date), revokedAt: null }),
    ]);
  });

  test('an API key is stored only once', async () => {
    const key = aKey(null);
    await insertApiKey(subject.database, key);
    await expect(insertApiKey(subject.database, key)).rejects.toMatchObject({ kind: 'refused', sqlState: '23505' });
  });
});
