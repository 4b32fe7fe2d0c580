import { portsToLookUp } from '../diagnosis/diagnose.ts';
import type { WantedLookup } from '../diagnosis/facts.ts';
import type { Digest, PortLookup } from '../model/digest.ts';
import type { Deps } from './deps.ts';
import type { ObjectRef } from './ports.ts';

/** Raw snapshots that one settling reads again at most: each is a GET and a parse. */
const MAX_RAW_READS = 24;

const refOf = (uri: string): ObjectRef | null => {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri);
  const [, bucket, key] = match ?? [];
  return bucket === undefined || key === undefined ? null : { bucket, key };
};

const readLookup = async (wanted: WantedLookup, ports: readonly number[], deps: Deps): Promise<readonly PortLookup[]> => {
  const ref = refOf(wanted.source.uri);
  const object = ref === null ? null : await deps.uploads.open(ref);
  if (object === null) return [];
  // With it comes what reads snapshots of any kind, which the sweep seldom needs.
  const { lookUpPorts } = await import('../digest/look-up-port.ts');
  return lookUpPorts({ uri: wanted.source.uri, body: object.body }, wanted, ports);
};

/** The lookups that a judgement needs: from the table, else from the raw snapshots, each of which is read once for all its ports. */
export const lookUp = async (host: string, digests: readonly Digest[], deps: Deps): Promise<readonly PortLookup[]> => {
  const wanted = portsToLookUp({ host, digests, lookups: [] });
  if (wanted.length === 0) return [];
  const known = await deps.records.lookups(host, wanted);
  const isKnown = ({ contentId, port }: WantedLookup): boolean =>
    known.some((lookup) => lookup.contentId === contentId && lookup.port === port);
  const missing = wanted.filter((one) => !isKnown(one));
  const found: PortLookup[] = [];
  for (const contentId of [...new Set(missing.map((one) => one.contentId))].slice(0, MAX_RAW_READS)) {
    const same = missing.filter((one) => one.contentId === contentId);
    const [first] = same;
    if (first !== undefined)
      found.push(
        ...(await readLookup(
          first,
          same.map(({ port }) => port),
          deps,
        )),
      );
  }
  for (const lookup of found) await deps.records.putLookup(host, lookup);
  return [...known, ...found];
};
