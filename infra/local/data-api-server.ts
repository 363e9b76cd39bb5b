import { embeddedAddresses } from './addresses.ts';
import { LOCAL_CLUSTER } from './data-api/local-cluster.ts';
import { startDataApi } from './data-api/server.ts';
import { readStackSettings } from './settings.ts';

// The emulator of the RDS Data API as a process of its own, so that it can die, and be started again, alone.
const settings = readStackSettings(process.env);
const server = await startDataApi({
  port: settings.dataApiPort ?? 0,
  postgres: embeddedAddresses(settings).postgres,
  resourceArn: LOCAL_CLUSTER.DATABASE_RESOURCE_ARN,
  secretArn: LOCAL_CLUSTER.DATABASE_SECRET_ARN,
});
process.once('SIGTERM', () => void server.stop().then(() => process.exit()));
process.send?.({ ready: true });
