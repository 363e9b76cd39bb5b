import { testPage } from '../follow.ts';

testPage('docs/tutorial.md');
