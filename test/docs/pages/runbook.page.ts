import { testPage } from '../follow.ts';

testPage('docs/runbook.md');
