/** The key layout that hosts upload to (DESIGN.md, "Upload contract"). */
export type UploadKey =
  | { readonly kind: 'snapshots'; readonly host: string; readonly name: string }
  | { readonly kind: 'logs'; readonly host: string; readonly app: string; readonly name: string }
  /** Deployment markers: of one host, or (`events/<name>`, for a CI job) of the hosts that its body names. */
  | { readonly kind: 'events'; readonly host: string | null; readonly name: string };

export type ParsedKey = UploadKey | { readonly kind: 'rejected'; readonly host: string | null; readonly reason: string };

/** 1–64 of `A-Z a-z 0-9 . _ -`, starting with a letter or digit: safe in paths, messages and shells. */
export const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const LAYOUT = 'hosts/<host>/snapshots/<name>, hosts/<host>/logs/<app>/<name> or hosts/<host>/events/<name>';

const rejected = (host: string | null, reason: string): ParsedKey => ({ kind: 'rejected', host, reason });

/**
 * Reads an object's key.
 *
 * @example parseUploadKey('hosts/web-03/logs/login/20261123T095538Z.gz')
 * // { kind: 'logs', host: 'web-03', app: 'login', name: '20261123T095538Z.gz' }
 */
export const parseUploadKey = (key: string): ParsedKey => {
  const [root, host, kind, ...rest] = key.split('/');
  if (root === 'events' && host !== undefined) return { kind: 'events', host: null, name: key.slice('events/'.length) };
  if (root !== 'hosts' || host === undefined) return rejected(null, `The key is not of the form ${LAYOUT}.`);
  if (!HOST_NAME.test(host)) {
    return rejected(null, `The host name in the key must be 1 to 64 of A-Z a-z 0-9 . _ - and start with a letter or digit: ${LAYOUT}.`);
  }
  if (kind === 'snapshots') {
    const name = rest.join('/');
    return name === '' ? rejected(host, 'The key names no object after snapshots/.') : { kind, host, name };
  }
  if (kind === 'events') {
    const name = rest.join('/');
    return name === '' ? rejected(host, 'The key names no object after events/.') : { kind, host, name };
  }
  if (kind === 'logs') return parseLogKey(host, rest);
  return rejected(host, `The third part of the key must be "snapshots", "logs" or "events": ${LAYOUT}.`);
};

const parseLogKey = (host: string, [app, ...rest]: readonly string[]): ParsedKey => {
  const name = rest.join('/');
  if (app === undefined || name === '')
    return rejected(host, 'A log is uploaded as hosts/<host>/logs/<app>/<name>; the key has no <app> or no <name>.');
  if (!HOST_NAME.test(app)) {
    return rejected(
      host,
      'The app in the key must be 1 to 64 of A-Z a-z 0-9 . _ - and start with a letter or digit: hosts/<host>/logs/<app>/<name>.',
    );
  }
  return { kind: 'logs', host, app, name };
};
