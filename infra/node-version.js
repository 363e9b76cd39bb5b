/**
 * Preloaded by the npm scripts (`node --import`), and plain JavaScript, so that a Node too old for the TypeScript behind
 * it says so instead of failing to parse. On Linux and Windows npm brings a fitting Node along, as a dependency; for
 * macOS the registry has none, and the machine's own runs.
 */

// 22.18 is the first release that runs TypeScript without a flag (Node.js changelog, "type stripping").
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Node 22.18 or newer is needed, and this is ${process.version}. Install Node 24: https://nodejs.org`);
  process.exit(1);
}
