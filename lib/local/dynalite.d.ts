declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** https://github.com/architect/dynalite: DynamoDB over LevelDB; in memory without a path. */
  function dynalite(options?: { path?: string; createTableMs?: number }): Server;
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS, and this is what it exports
  export default dynalite;
}
