import { clock, count, duration, number, percent, rate } from '../text/words.ts';
import type { ServiceContest } from './contest.ts';
import { outlookOf, outlookSentence, trendOf } from './forecast.ts';
import { limitFor, standsAt } from './limit.ts';
import { closeWaitPiles, closeWaitSockets, culpritOf, latest, minSockets, neverAccepted, serviceName } from './service.ts';
import { closeWaitStays, growthOf, type Moment, STAYS_MIN_SHARE, since } from './track.ts';
import { clear, found, linesOf, quoteSnapshot, resourceWith, type Verdict } from './verdict.ts';

/** The server side of a CLOSE_WAIT leak: it takes descriptors, and no ephemeral port. */

/** Half the descriptors gone to the dead is a warning before anything fails. */
const WARN_SHARE = 0.5;
/** Growth that is more than comings and goings. */
const MIN_GROWTH = 10;

interface Forgotten {
  readonly sockets: number;
  readonly unread: number;
}

const forgottenIn = (moment: Moment): Forgotten => {
  const piles = closeWaitPiles(moment);
  const total = closeWaitSockets(moment);
  return { sockets: total - (neverAccepted(moment) ?? 0), unread: piles.reduce((sum, pile) => sum + pile.recvQ.more, 0) };
};

const limitOf = (contest: ServiceContest, moment: Moment): { open: number; soft: number } | null => {
  const holder = contest.listener?.holder;
  const pid = holder?.kind === 'process' ? holder.pid : null;
  const fds = moment.snapshot.processes.find((process) => process.pid === pid)?.descriptors ?? null;
  return fds === null || fds.soft === null ? null : { open: fds.open, soft: fds.soft };
};

const stuckDoubts = (contest: ServiceContest): readonly string[] => {
  const stays = closeWaitStays(contest.track);
  if (stays === null) return ['A single snapshot cannot show that these sockets stay.'];
  return stays.share >= limitFor(STAYS_MIN_SHARE, contest.open !== null)
    ? []
    : [`Only ${percent(stays.share, 1)} of the CLOSE_WAIT sockets stayed for ${duration(stays.spanMs)}.`];
};

export const judgeServerLeak = (contest: ServiceContest): Verdict => {
  const moment = latest(contest);
  if (moment === null) return clear(`Nothing is known of port ${contest.port}.`);
  const { sockets, unread } = forgottenIn(moment);
  const figure = `${count(sockets, 'accepted connection')} on port ${contest.port} in CLOSE_WAIT`;
  if (sockets < minSockets(contest)) return clear(`${figure}: few.`);
  if (unread * 2 > sockets) return clear(`${figure}, most with an unread request: the program is behind, not forgetful.`);
  const doubts = stuckDoubts(contest);
  if (doubts.length > 0) return clear(`${figure}. ${doubts[0]}`);
  return found(sockets, draftFor(contest, moment, sockets, figure));
};

const draftFor = (contest: ServiceContest, moment: Moment, sockets: number, figure: string) => {
  const name = serviceName(contest);
  const limit = limitOf(contest, moment);
  const slope = growthOf(contest.track, (candidate) => candidate.closeWait);
  const startedAt = since(contest.track, (candidate) => candidate.closeWait) ?? moment.snapshot.takenAt;
  const first = contest.track.find((candidate) => candidate.closeWait > 0) ?? moment;
  const isGrowing = slope !== null && slope.perMinute > 0 && moment.closeWait - first.closeWait >= MIN_GROWTH;
  const outlook = limit === null || !isGrowing ? null : outlookOf('descriptors', moment.snapshot.takenAt, limit.open, slope, limit.soft);
  const isWarning = isGrowing || (limit !== null && sockets >= limitFor(WARN_SHARE, standsAt(contest.open, 'warning')) * limit.soft);
  const pid = contest.listener?.holder.kind === 'process' ? contest.listener.holder.pid : null;
  return {
    mechanism: 'none-yet',
    severity: isWarning ? 'warning' : 'info',
    doubts: contest.listener?.holder.kind === 'process' ? [] : ['The snapshots do not name the listener: run `ss -tanp` as root.'],
    side: 'server',
    culprit: culpritOf(contest),
    contributors: [],
    resource: resourceWith('descriptors', contest, { localPort: contest.port, used: limit?.open ?? null, capacity: limit?.soft ?? null }),
    since: startedAt,
    overAt: null,
    summary: `${name} does not close ${count(sockets, 'connection')} on port ${contest.port} that its clients have closed.`,
    explanation: `${figure} at ${clock(moment.snapshot.takenAt)}, and they stay. ${name} has read them to the end and does not close them: each keeps a descriptor (${limit === null ? 'how many are left is unknown' : `${number(limit.open)} of ${number(limit.soft)} are open`}). They take no ephemeral port, so they do not stop anybody's connect or bind.${isGrowing ? ` ${outlook === null ? `The pile grows by ${rate(slope.perMinute)}.` : outlookSentence(moment.snapshot.takenAt, slope.perMinute, outlook)}` : ' It is not growing at present.'}`,
    evidence: [quoteSnapshot(`${figure}.`, moment.snapshot, linesOf(closeWaitPiles(moment)))],
    remedy: {
      now:
        pid === null
          ? `Restart the service on port ${contest.port} when its load allows.`
          : `Restart ${name} when its load allows; until then \`prlimit --pid ${pid} --nofile=65536:65536\` gains time.`,
      fix: 'Close each accepted connection when a read returns end-of-file, on every path, errors included.',
      prevent: 'Alarm on CLOSE_WAIT per listening port, and on open descriptors at 80 % of the soft limit.',
      verify: `\`ss -Htan state close-wait 'sport = :${contest.port}' | wc -l\` falls to a handful and stays there.`,
    },
    ports: null,
    trend: trendOf(slope, startedAt, outlook),
  } as const;
};
