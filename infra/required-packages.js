import { existsSync, readFileSync } from 'node:fs';

const REPOSITORY = new URL('../', import.meta.url);

/**
 * Ends the process with one line if npm has not installed the packages in package.json. Every command needs the
 * development packages: Serverless runs the functions, here and for a deployment. This file is plain JavaScript without
 * dependencies.
 */
export function requirePackages() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL('package.json', REPOSITORY), 'utf8'));
  const problem = problemOf(missing(dependencies), missing(devDependencies));
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
  return Object.keys(packages).filter((name) => !existsSync(new URL(`node_modules/${name}/package.json`, REPOSITORY)));
}

/** The first few of them. */
function listed(names) {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
