import type { Analysis } from '../../lib/model/analysis.ts';

/** As long as a host's name may be. */
const hostName = (i: number): string => `h${String(i).padStart(63, '0')}`;

/** As large as `fleet/merge.ts` lets one grow, and the texts of its first host of what takes most room: quotes, and letters of three bytes. */
export const largeFleet = (longest: Analysis, n: number): Analysis => {
  const hosts = Array.from({ length: 500 }, (_, i) => hostName(1000 * n + i));
  const command = '"漢"'.repeat(16);
  return {
    ...longest,
    id: `fleet~${n}${'0'.repeat(40)}`,
    host: hosts[0] ?? '',
    hosts,
    hostCount: 10_000,
    summary: `${'漢"'.repeat(300)} ${longest.summary}`,
    victims: Array.from({ length: 320 }, (_, i) => ({
      app: hostName(i),
      host: hosts[i % 20] ?? null,
      pid: i,
      kind: 'address-in-use',
      error: '"漢"'.repeat(100),
      frame: '"漢"'.repeat(70),
      failures: i,
      firstAt: longest.openedAt,
      lastAt: longest.openedAt,
      isCulprit: false,
      minutes: [],
    })) satisfies Analysis['victims'],
    members: hosts.slice(0, 50).map((host) => ({
      host,
      since: longest.openedAt,
      resolvedAt: null,
      status: 'open',
      severity: 'critical',
      pid: 1,
      command,
      peer: '[2001:db8:0:20:f816:3eff:fe4a:9c13]:65535',
      localPort: 65_535,
      failures: 1,
      ports: null,
      analysisId: `${host}~0123456789`,
    })),
    evidence: Array.from({ length: 10 }, () => ({
      text: `${hosts[0]}: ${'"漢"'.repeat(200)}`,
      source: `s3://${'b'.repeat(1000)}`,
      lines: [1, 2] as const,
    })),
    caveats: Array.from({ length: 8 }, () => '"漢"'.repeat(300)),
  };
};
