import { judgeClientLeak } from '../client-leak.ts';
import { judgeDescriptorLeak } from '../descriptors.ts';
import { judgeFormerListenerLeak } from '../former-listener-leak.ts';
import { judgeServerLeak } from '../server-leak.ts';
import { notMine, type Rule } from '../verdict.ts';

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
        return judgeDescriptorLeak(contest);
      case 'service':
        return judgeServerLeak(contest);
      default:
        return notMine;
    }
  },
};
