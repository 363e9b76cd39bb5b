import { existsSync, readFileSync } from 'node:fs';

const REPOSITORY = new URL('../', import.meta.url);

/**
 * Ends the process with one line if npm has not installed the packages in package.json. Every command needs the
 * development packages: Serverless runs the functions, here and for a deployment. This file is plain JavaScript without
 * dependencies.
 */
export function requirePackages() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL('package.json', REPOSITORY), 'utf8'));
  const problem = problemOf([...new Set([...missing(dependencies), ...lost()])], missing(devDependencies));
  if (!problem) return;
  console.error(problem);
  process.exit(1);
}

/** The problem, and what to do. */
function problemOf(missingPackages, missingDevelopmentPackages) {
  if (missingPackages.length > 0) return `Packages are missing (${listed(missingPackages)}). Install them: npm ci`;
  if (missingDevelopmentPackages.length > 0)
    return (
      `Development packages are missing (${listed(missingDevelopmentPackages)}): npm leaves them out with ` +
      'NODE_ENV=production or --omit=dev. Install them: npm ci --include=dev'
    );
  return undefined;
}

function missing(packages) {
  return Object.keys(packages).filter(isMissing);
}

function isMissing(name) {
  return !existsSync(new URL(`node_modules/${name}/package.json`, REPOSITORY));
}

/**
 * Packages at the top of node_modules that npm has installed, according to its own record, and that have been deleted
 * since. Tools that copy or prune node_modules leave out nested packages, often without harm.
 */
function lost() {
  const record = new URL('node_modules/.package-lock.json', REPOSITORY);
  if (!existsSync(record)) return [];
  const { packages = {} } = JSON.parse(readFileSync(record, 'utf8'));
  const names = Object.keys(packages)
    .filter((path) => !packages[path].optional)
    .map((path) => path.replace('node_modules/', ''));
  return names.filter((name) => !name.includes('node_modules/') && isMissing(name));
}

/** The first few of them. */
function listed(names) {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
