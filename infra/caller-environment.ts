import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names of this machine, which no proxy can reach. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Normalizes the environment for every command of this project: HOME and variables of AWS or Postgres count as not set if
 * they are empty, AWS_DEFAULT_REGION works like AWS_REGION (the SDK for JavaScript does not read it), and loopback
 * addresses bypass proxies. infra/node-version.js applies it before anything else is loaded.
 */
export function normalise(environment: Environment): Environment {
  const set = Object.entries(environment).filter(([name, value]) => value !== '' || !/^(AWS_|PG|HOME$)/i.test(name));
  // pg reads NODE_PG_FORCE_NATIVE when it is loaded; this project does not have the native driver.
  const { NODE_PG_FORCE_NATIVE, ...env } = Object.fromEntries(set);
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  return {
    ...env,
    ...home(env),
    ...temporary(env),
    ...(region && { AWS_REGION: region }),
    ...loopbackWithoutProxy(env),
  };
}

/**
 * A user id without an entry in passwd has no home directory, and the SDK fails when it looks for one. `/` is what
 * Docker uses.
 */
function home(env: Environment): Environment {
  const directory = env.HOME || homeOfUser();
  const cache = isWritable(directory) ? undefined : privateDirectory();
  // Serverless stores compiled schemas there, by default in the home directory.
  return { ...(!env.HOME && directory === '/' && { HOME: '/' }), ...(cache && { SLS_SCHEMA_CACHE_BASE_DIR: cache }) };
}

function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}

/** TMPDIR may name a directory that does not exist or belongs to another user. */
function temporary(env: Environment): Environment {
  return env.TMPDIR && !isWritable(env.TMPDIR) ? { TMPDIR: '/tmp' } : {};
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A directory that no other user can write to, because Serverless runs files from it. */
function privateDirectory(): string | undefined {
  const uid = process.getuid?.();
  const path = join(isWritable(tmpdir()) ? tmpdir() : '/tmp', `order-backend-${uid}`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stats = lstatSync(path);
    return stats.isDirectory() && stats.uid === uid && (stats.mode & 0o022) === 0 ? path : undefined;
  } catch {
    return undefined;
  }
}

function loopbackWithoutProxy(env: Environment): Environment {
  if (!Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name))) return {};
  const exempt = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[,\s]+/).filter(Boolean);
  if (exempt.includes('*')) return {};
  const hosts = [...new Set([...exempt, ...LOOPBACK])].join(',');
  // Node reads the lower-case variable first, other programs the upper-case one.
  return { no_proxy: hosts, NO_PROXY: hosts };
}

/**
 * Families of variables with which a shell changes the behavior of the embedded stack. They are all removed; the
 * variables that the stack needs are set explicitly, as on AWS.
 */
const FAMILIES: readonly RegExp[] = [
  // Variables of the SDK. A profile, an endpoint or credentials would redirect requests to AWS.
  /^AWS_/i,
  // Variables of pg and of Postgres' own programs.
  /^PG[A-Z]/i,
  // Variables of Serverless, and of the logger of the functions.
  /^(SLS|SERVERLESS|POWERTOOLS)_/i,
  // Languages and time zones.
  /^(LC_[A-Z]+|LANG|LANGUAGE|TZ)$/i,
];

/** A debugger or a tracer, which a developer wants in the functions as well. All other options of Node are removed. */
const PRELOADS = /(^|\s)(--inspect|--require|-r|--import)\b/;

export function withoutFamilies(environment: Environment): Environment {
  const { NODE_OPTIONS = '', SLS_SCHEMA_CACHE_BASE_DIR, ...env } = normalise(environment);
  const rest = Object.entries(env).filter(([name]) => !FAMILIES.some((family) => family.test(name)));
  return {
    ...Object.fromEntries(rest),
    ...(PRELOADS.test(NODE_OPTIONS) && { NODE_OPTIONS }),
    ...(SLS_SCHEMA_CACHE_BASE_DIR && { SLS_SCHEMA_CACHE_BASE_DIR }),
    TZ: 'UTC',
  };
}

/**
 * Replaces the environment of this process: the code that runs in it (pg, fetch, the SDK) reads it, and child processes
 * inherit it.
 */
export function enter(environment: Environment, env: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(env)) if (!(name in environment)) delete env[name];
  Object.assign(env, environment);
}
