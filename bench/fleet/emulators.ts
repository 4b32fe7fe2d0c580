import { environmentFor, startEmulators } from '../../lib/local/emulators.ts';

/** The emulators in a process of their own, so that their CPU time is not taken for the service's. Says where they are, then how much. */

const emulators = await startEmulators(0, null);
process.send?.({ environment: environmentFor(emulators, 'https://closewatch.example/v1/analyses/') });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000 });
});
process.on('disconnect', () => process.exit(0));
