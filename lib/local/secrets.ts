import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod/mini';

/**
 * As much of Secrets Manager as the functions call (AWS JSON 1.1): versions of one secret and their staging labels. Written here, since no
 * emulator that the stack uses has it.
 */

interface Version {
  readonly id: string;
  readonly value: string;
  readonly stages: readonly string[];
}

const stored = z.array(z.object({ id: z.string(), value: z.string(), stages: z.array(z.string()) }));

const request = z.object({
  VersionId: z.optional(z.string()),
  VersionStage: z.optional(z.string()),
  VersionStages: z.optional(z.array(z.string())),
  ClientRequestToken: z.optional(z.string()),
  SecretString: z.optional(z.string()),
  MoveToVersionId: z.optional(z.string()),
});
type Request = z.infer<typeof request>;

const firstVersion = (): Version => ({ id: randomUUID(), value: randomBytes(32).toString('base64url'), stages: ['AWSCURRENT'] });

/** Links must outlive a restart of the stack, as its other state does. */
const load = (file: string | null): readonly Version[] => {
  try {
    return file === null ? [firstVersion()] : stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [firstVersion()];
  }
};

const without = (version: Version, stages: readonly string[]): Version => ({
  ...version,
  stages: version.stages.filter((stage) => !stages.includes(stage)),
});

/** Moving AWSCURRENT makes the version that had it AWSPREVIOUS. */
const moved = (versions: readonly Version[], to: string): readonly Version[] =>
  versions.map((version) => {
    if (version.id === to) return { ...version, stages: ['AWSCURRENT'] };
    return version.stages.includes('AWSCURRENT') ? { ...version, stages: ['AWSPREVIOUS'] } : without(version, ['AWSPREVIOUS']);
  });

const bodyOf = async (incoming: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

export interface LocalSecrets {
  readonly server: Server;
  readonly address: string;
}

/** @param stateDir where the versions survive a restart; `null` keeps them in memory */
export const startSecrets = async (stateDir: string | null): Promise<LocalSecrets> => {
  if (stateDir !== null) mkdirSync(stateDir, { recursive: true });
  const file = stateDir === null ? null : join(stateDir, 'access-keys.json');
  let versions = load(file);
  const save = (next: readonly Version[]): void => {
    versions = next;
    if (file !== null) writeFileSync(file, JSON.stringify(versions), { mode: 0o600 });
  };
  save(versions);

  const get = ({ VersionId, VersionStage = 'AWSCURRENT' }: Request): object | null => {
    const found = versions.find(({ id, stages }) => (VersionId === undefined || id === VersionId) && stages.includes(VersionStage));
    return found === undefined ? null : { SecretString: found.value, VersionId: found.id };
  };
  const put = ({ ClientRequestToken = randomUUID(), SecretString = '', VersionStages = ['AWSCURRENT'] }: Request): object => {
    const others = versions.filter(({ id }) => id !== ClientRequestToken).map((version) => without(version, VersionStages));
    save([...others, { id: ClientRequestToken, value: SecretString, stages: VersionStages }]);
    return { VersionId: ClientRequestToken };
  };
  const operations: Readonly<Record<string, (body: Request) => object | null>> = {
    GetSecretValue: get,
    PutSecretValue: put,
    DescribeSecret: () => ({ VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, stages])) }),
    UpdateSecretVersionStage: ({ MoveToVersionId = '' }) => {
      save(moved(versions, MoveToVersionId));
      return {};
    },
  };

  const server = createServer(async (incoming, response) => {
    const operation = operations[String(incoming.headers['x-amz-target']).replace('secretsmanager.', '')];
    const answer = operation?.(request.parse(JSON.parse(await bodyOf(incoming)))) ?? null;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.statusCode = answer === null ? 400 : 200;
    response.end(JSON.stringify(answer ?? { __type: 'ResourceNotFoundException', message: 'There is no such version.' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const bound = server.address();
  return { server, address: `http://127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}` };
};
