import { parseArgs } from 'node:util';
import { migrate } from '../migrate.ts';
import { databaseEnvironment } from './environment.ts';

// `npm run migrate`
try {
  const { values } = parseArgs({ options: { 'time-zone': { type: 'string', default: 'UTC' } } });
  await migrate(databaseEnvironment(process.env), (line) => console.log(line), {
    importTimeZone: values['time-zone'],
  });
} catch (error) {
  console.error(`The migration failed, and nothing of it was kept: ${(error as Error).message}`);
  process.exitCode = 1;
}
