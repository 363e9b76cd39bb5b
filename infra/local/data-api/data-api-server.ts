import { APP_ROLE, postgresUrl } from '../postgres/access.ts';
import { readStackSettings } from '../stack/settings.ts';
import { LOCAL_CLUSTER } from './local-cluster.ts';
import { startDataApi } from './server.ts';

// The emulator of the RDS Data API as a separate process, so that it can die and be restarted alone.
const settings = readStackSettings(process.env);
const server = await startDataApi({
  port: settings.dataApiPort ?? 0,
  postgres: postgresUrl(settings, APP_ROLE),
  resourceArn: LOCAL_CLUSTER.DATABASE_RESOURCE_ARN,
  secretArn: LOCAL_CLUSTER.DATABASE_SECRET_ARN,
});
process.once('SIGTERM', () => void server.stop().then(() => process.exit()));
process.send?.({ ready: true });
