import { testPage } from '../follow.ts';

testPage('docs/use-the-api.md');
