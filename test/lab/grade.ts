import type { Analysis } from '../../lib/model/analysis.ts';
import type { RecordedTruth } from './truth-schema.ts';

/** What is compared of an analysis. */
export type Answer = Pick<Analysis, 'host' | 'cause' | 'mechanism' | 'severity' | 'confidence'> & {
  readonly culprit: Pick<NonNullable<Analysis['culprit']>, 'pid' | 'command' | 'peer' | 'localPort'> | null;
  readonly resource: Pick<Analysis['resource'], 'localPort'>;
  readonly victims: readonly Pick<Analysis['victims'][number], 'app'>[];
};

/** `false` statements make an answer wrong; what it leaves unknown does not. */
export type Grade = { readonly kind: 'right' } | { readonly kind: 'wrong'; readonly because: string };

const RIGHT: Grade = { kind: 'right' };
const wrong = (because: string): Grade => ({ kind: 'wrong', because });

/** A claim that alarms somebody: `info` does not, and `inconclusive` claims nothing. */
export const isClaim = ({ severity, cause }: Answer): boolean => severity !== 'info' && cause !== 'inconclusive';

const differs = (told: unknown, truth: unknown): boolean => told !== null && told !== undefined && truth !== undefined && told !== truth;

/** Not yet is weaker than any mechanism; any other than the true one is false. */
const mechanismDiffers = (told: string, truth: string | undefined): boolean => truth !== undefined && told !== truth && told !== 'none-yet';

const blames = (answer: Answer): string => `${answer.cause} of ${answer.culprit?.command ?? 'nobody'} (${answer.culprit?.pid ?? 'no PID'})`;

const asMain = (answer: Answer, truth: RecordedTruth): Grade => {
  const { culprit } = answer;
  const told = blames(answer);
  if (answer.host !== truth.host) return wrong(`${told} on ${answer.host}, truly on ${truth.host}`);
  if (answer.cause !== truth.cause) return wrong(`${told}, truly ${truth.cause ?? 'nothing'}`);
  if (mechanismDiffers(answer.mechanism, truth.mechanism)) return wrong(`${told} by ${answer.mechanism}, truly ${truth.mechanism}`);
  if (culprit !== null && truth.culprit !== undefined) {
    // A PID that nobody can know from the listing (null) may be known from elsewhere: it is then not compared.
    const pid = truth.culprit.pid ?? undefined;
    if (differs(culprit.pid, pid)) return wrong(`${told}, truly ${pid}`);
    // With the true PID, another name is another view of the same process: comm, argv[0], what `ps` says.
    const isSameProcess = pid !== undefined && culprit.pid === pid;
    if (!isSameProcess && differs(culprit.command, truth.culprit.command)) return wrong(`${told}, truly ${truth.culprit.command}`);
    if (differs(culprit.peer, truth.culprit.peer)) return wrong(`${told} toward ${culprit.peer}, truly ${truth.culprit.peer}`);
    if (differs(culprit.localPort, truth.culprit.localPort)) return wrong(`${told} on port ${culprit.localPort}`);
  }
  return differs(answer.resource.localPort, truth.port) ? wrong(`${told} about port ${answer.resource.localPort}`) : RIGHT;
};

/** What else is true may be told, but not as the reason of the victim's failures. */
const isAlsoTrue = (answer: Answer, truth: RecordedTruth): boolean => {
  const claimsVictim = answer.host === truth.host && answer.victims.some(({ app }) => app === truth.victim?.app);
  const pid = answer.culprit?.pid ?? null;
  return !claimsVictim && truth.alsoTrue.some((other) => other.cause === answer.cause && (pid === null || pid === (other.pid ?? pid)));
};

export const gradeOf = (answer: Answer, truth: RecordedTruth): Grade => (isAlsoTrue(answer, truth) ? RIGHT : asMain(answer, truth));
