import { stripTypeScriptTypes } from 'node:module';

/** The whole TypeScript build of this project: Node's own type stripping, as at run time. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
