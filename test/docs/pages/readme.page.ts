import { testPage } from '../follow.ts';

testPage('README.md');
