import { judgeClientLeak } from '../client-leak.ts';
import type { DescriptorContest } from '../contest.ts';
import { judgeDescriptorLeak } from '../descriptors.ts';
import { judgeVanished, vanishedIn } from '../descriptors-vanished.ts';
import { judgeFormerListenerLeak } from '../former-listener-leak.ts';
import { judgeServerLeak } from '../server-leak.ts';
import { notMine, type Rule, type Verdict } from '../verdict.ts';

const judgeDescriptors = (contest: DescriptorContest): Verdict => {
  const verdict = judgeDescriptorLeak(contest);
  const vanished = verdict.kind === 'clear' ? vanishedIn(contest) : null;
  return vanished === null ? verdict : judgeVanished(contest, vanished);
};

export const closeWaitLeak: Rule = {
  id: 'close-wait-leak',
  title: 'A program does not close sockets that its peers have closed',
  judges: ['ephemeral-ports', 'fixed-port', 'descriptors', 'service'],
  needs: 'a snapshot with owners (`ss -tanp` as root); two or more to show that the sockets stay',
  judge: (contest) => {
    switch (contest.kind) {
      case 'ephemeral-ports':
        return judgeClientLeak(contest);
      case 'fixed-port':
        return judgeFormerListenerLeak(contest);
      case 'descriptors':
        return judgeDescriptors(contest);
      case 'service':
        return judgeServerLeak(contest);
      default:
        return notMine;
    }
  },
};
