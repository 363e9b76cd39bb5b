import { testPage } from '../follow.ts';

testPage('docs/migrate.md');
