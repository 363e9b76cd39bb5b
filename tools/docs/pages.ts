import { errorsPage } from './errors-page.ts';
import { settingsPage } from './settings-page.ts';

/** The pages that are generated from the code, by their path. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/errors.md': errorsPage,
  'docs/settings.md': settingsPage,
};
