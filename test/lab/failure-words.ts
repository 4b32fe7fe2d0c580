import type { ActorFailure } from './reports.ts';

/** strerror(3) of the errors the lab provokes. */
const STRERROR: Readonly<Record<number, string>> = {
  24: 'Too many open files',
  98: 'Address already in use',
  99: 'Cannot assign requested address',
};

/** A failure in the words of programs the lab cannot run: the error is real, the wording is Go's `net` and nginx's. */
export interface Words {
  readonly go: string;
  readonly nginx: string;
}

const goWords = (f: ActorFailure, text: string): string => {
  if (f.call === 'listen' || f.call === 'bind-address') return `listen tcp :${f.port}: bind: ${text}`;
  if (f.call === 'accept') return `accept tcp [::]:${f.port}: accept4: ${text}`;
  if (f.call === 'open') return `open /var/spool/job: ${text}`;
  return `Get "http://${f.peer}/v1/items": dial tcp ${f.peer}: ${f.call === 'bind-any' ? 'bind' : 'connect'}: ${text}`;
};

const nginxWords = (f: ActorFailure, text: string): string => {
  if (f.call === 'listen') return `bind() to 0.0.0.0:${f.port} failed (${f.errno}: ${text})`;
  if (f.call === 'accept') return `accept4() failed (${f.errno}: ${text})`;
  return (
    `*${1000 + f.errno} connect() to ${f.peer} failed (${f.errno}: ${text}) while connecting to upstream, ` +
    `client: 198.51.100.7, server: shop.example, request: "GET / HTTP/1.1", upstream: "http://${f.peer}/", host: "shop.example"`
  );
};

export const wordsOf = (failure: ActorFailure): Words => {
  const text = STRERROR[failure.errno] ?? `errno ${failure.errno}`;
  return { go: goWords(failure, text.toLowerCase()), nginx: nginxWords(failure, text) };
};
