import { expect, test } from '@jest/globals';
import { migrationFiles } from '../upgrade/earlier-checkout.ts';
import { loadBesideOldSnapshot, upgradeUnderLoad } from '../upgrade/under-load.ts';

// `npm run upgrade` does the same with every migration, many more orders, and a random moment.
const ORDERS = 400;

/** Milliseconds: two APIs and two workers start while the others are under load. */
const LOAD_MS = 300_000;

test(
  '24: the newest migration is applied under load, and the code before and after it work side by side',
  async () => {
    const migration = (await migrationFiles()).at(-1) ?? '';
    const { wrongs } = await upgradeUnderLoad({ migration, orders: ORDERS, moment: 0.4 });
    expect(wrongs).toEqual([]);
  },
  LOAD_MS,
);

test(
  '25: a load completes while another session holds the oldest snapshot',
  async () => {
    const { wrongs } = await loadBesideOldSnapshot(ORDERS);
    expect(wrongs).toEqual([]);
  },
  LOAD_MS,
);
