import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { MarkerDigest } from '../model/digest.ts';
import { IN_ENGLISH } from '../text/in-english.ts';
import { plain } from '../text/plain.ts';
import { redact } from '../text/redact.ts';
import { HOST_NAME } from './upload-key.ts';

/** Hosts that one marker may name. */
const MAX_HOSTS = 1000;

const words = z.pipe(
  z.string().check(z.minLength(1), z.maxLength(80)),
  z.transform((text) => redact(plain(text))),
);

const marker = z.object({
  /** `deploy`, `restart`, `config`, …: what was done, in one word. */
  kind: words,
  app: words,
  version: z.nullish(words),
  at: z.pipe(
    z.iso.datetime({ offset: true }),
    z.transform((at) => new Date(at).toISOString()),
  ),
  hosts: z.optional(z.array(z.string().check(z.regex(HOST_NAME, 'expected a host name'))).check(z.maxLength(MAX_HOSTS))),
});

const markers = z.array(marker).check(z.minLength(1), z.maxLength(100));

export interface MarkerSource {
  /** From the key; `null` where the body names its hosts. */
  readonly host: string | null;
  readonly uri: string;
  readonly uploadedAt: string;
}

export type MarkersRead =
  | { readonly kind: 'read'; readonly markers: readonly MarkerDigest[] }
  | { readonly kind: 'refused'; readonly reason: string };

const toDigest = (one: z.infer<typeof marker>, host: string, { uri, uploadedAt }: MarkerSource): MarkerDigest => {
  const what = { what: one.kind, app: one.app, release: one.version ?? null };
  return {
    version: 1,
    kind: 'marker',
    host,
    contentId: createHash('sha256')
      .update(JSON.stringify([one.at, what]))
      .digest('hex'),
    source: { uri, lines: [1, 1] },
    uploadedAt,
    account: { total: 1, understood: 1, ignored: 0, unparsed: 0, samples: [] },
    remarks: [],
    at: one.at,
    ...what,
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const EXPECTED = '{"kind": "deploy", "app": "sync", "version": "2.8.1", "at": "2026-11-23T09:58:00Z"}';

/** Reads the markers of an upload: one JSON object, or an array of them. Under a host's key they are that host's, whatever they say. */
export const readMarkers = (text: string, source: MarkerSource): MarkersRead => {
  const json = parseJson(text);
  if (json === undefined) return { kind: 'refused', reason: `An event is JSON, for instance ${EXPECTED}. This is not JSON.` };
  const parsed = markers.safeParse(Array.isArray(json) ? json : [json], IN_ENGLISH);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.slice(Array.isArray(json) ? 0 : 1).join('.') ?? '';
    return {
      kind: 'refused',
      reason: `An event is like ${EXPECTED}. ${where}: ${issue?.message ?? 'not understood'}.`,
    };
  }
  const all = parsed.data.flatMap((one) =>
    (source.host === null ? (one.hosts ?? []) : [source.host]).map((host) => toDigest(one, host, source)),
  );
  return all.length > 0
    ? { kind: 'read', markers: all }
    : { kind: 'refused', reason: 'An event under events/ must name its hosts: "hosts": ["web-03", …].' };
};
