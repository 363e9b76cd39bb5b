import { testPage } from '../follow.ts';

testPage('docs/authentication.md');
