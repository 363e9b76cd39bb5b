import setUp from '../support/global-setup.ts';
import tearDown from '../support/global-teardown.ts';
import { openHistoryLab } from './lab.ts';
import { checkHistories } from './property.ts';
import { SABOTAGES } from './sabotage.ts';

await setUp();
for (const s of SABOTAGES.filter((_, i) => i === 0 || i === 2)) {
  const found: number[] = [];
  const others = new Set<string>();
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const lab = await openHistoryLab(s);
    const r = await checkHistories(lab, { runs: 1000, seed, shrink: false });
    await lab.close();
    found.push(r.counterexample ? r.runs : -1);
    if (r.counterexample && !s.breaks.test(r.counterexample.problem))
      others.add(r.counterexample.problem.split('\n')[0] ?? '');
  }
  console.log(s.name, found.join(' '), [...others].join(' | '));
}
await tearDown();
