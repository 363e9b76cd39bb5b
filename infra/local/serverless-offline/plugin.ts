import type { FunctionDefinition } from './invoke-local.ts';

/** The part of a Serverless instance that the plugin uses. */
interface Serverless {
  readonly service: Record<'provider' | 'functions' | 'resources' | 'custom', unknown> & {
    getFunction(key: string): FunctionDefinition;
  };
  readonly serviceDir: string;
  /** The words of the command: `offline`, or `invoke local`. */
  readonly processedInput: { readonly commands: readonly string[] };
  readonly pluginManager: {
    readonly commands: { readonly offline?: { readonly options: object } };
    spawn(command: string): Promise<void>;
  };
}

/** Options of the command, as parsed by Serverless, which fills this object after it has created its plugins. */
type Options = Record<string, unknown>;

/**
 * The commands of Serverless on this machine. Users type `serverless offline` and `serverless invoke local`; the stack
 * includes `serverless api`, which is only Serverless Offline. Modules are imported on demand, because Serverless loads its
 * plugins for every command.
 */
export default class LocalPlugin {
  readonly commands: object;
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless, options: Options) {
    const { pluginManager, processedInput, service, serviceDir } = serverless;
    const startStack = async () => {
      if (processedInput.commands[0] === 'offline') await offline(options);
    };
    const definition = () => service.getFunction(String(options.function));
    this.commands = {
      api: {
        usage: 'Run the HTTP functions on this machine, without database, queue and worker',
        lifecycleEvents: ['run'],
        options: pluginManager.commands.offline?.options ?? {},
      },
    };
    this.hooks = {
      initialize: async () => {
        if (processedInput.commands.join(' ') !== 'invoke local') return;
        const { prepareInvocation } = await import('./invoke-local.ts');
        await prepareInvocation(definition(), serviceDir, (options.env as string[] | undefined) ?? []);
      },
      'before:offline:start': startStack,
      'before:offline:start:init': startStack,
      'before:invoke:local:invoke': async () => {
        const { completeEvent } = await import('./invoke-local.ts');
        options.data = completeEvent(options.data, definition());
      },
      // The connections of the function would keep the process alive. Lambda freezes it.
      'after:invoke:local:invoke': async () => void process.stdout.write('', () => process.exit()),
      'api:run': async () => {
        // The stack runs the worker with it, so that only one process loads Serverless.
        const { provider, functions, resources, custom } = service;
        process.send?.({ service: { provider, functions, resources, custom } });
        await pluginManager.spawn('offline');
      },
    };
  }
}

async function offline(options: Options): Promise<never> {
  const { report } = await import('../../run-command.ts');
  const { runOffline } = await import('./offline.ts');
  const { untilStopped } = await import('../stack/process/stop-signal.ts');
  process.exit(
    await untilStopped((signal) => runOffline(options, signal)).then(
      () => 0,
      (error: unknown) => report(error, 'offline'),
    ),
  );
}
