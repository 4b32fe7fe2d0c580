import { plain } from '../lib/text/plain.ts';

/** Steps that are tried one after the other, each of which says what it saw or what to do. */

export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly advice: string;

  constructor(message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.advice = advice;
  }
}

export interface Step {
  readonly name: string;
  /** Without it nothing that follows can be tried. */
  readonly isNeeded: boolean;
  /** What to do where it fails for a reason that it does not know itself. */
  readonly advice: string;
  /** Resolves with what was seen, in a few words; throws StepFailed with what to do. */
  run(): Promise<string>;
}

export type StepResult =
  | { readonly kind: 'ok'; readonly name: string; readonly seen: string }
  | { readonly kind: 'failed'; readonly name: string; readonly reason: string; readonly advice: string }
  | { readonly kind: 'not tried'; readonly name: string };

const reasonOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

const tryStep = async ({ name, advice, run }: Step): Promise<StepResult> => {
  try {
    return { kind: 'ok', name, seen: await run() };
  } catch (error) {
    if (error instanceof StepFailed) return { kind: 'failed', name, reason: error.message, advice: error.advice };
    return { kind: 'failed', name, reason: `${reasonOf(error)}.`, advice };
  }
};

/** @param onResult told of each as soon as it is known */
export const trySteps = async (steps: readonly Step[], onResult: (result: StepResult) => void): Promise<readonly StepResult[]> => {
  const results: StepResult[] = [];
  let canGoOn = true;
  for (const step of steps) {
    const result: StepResult = canGoOn ? await tryStep(step) : { kind: 'not tried', name: step.name };
    canGoOn &&= result.kind === 'ok' || !step.isNeeded;
    results.push(result);
    onResult(result);
  }
  return results;
};

export const lineOf = (result: StepResult): string => {
  if (result.kind === 'ok') return `ok         ${result.name}: ${plain(result.seen)}\n`;
  if (result.kind === 'not tried') return `not tried  ${result.name}\n`;
  return `failed     ${result.name}: ${plain(result.reason)}\n           ${plain(result.advice)}\n`;
};

const POLL_MS = 500;

/** The first answer that is not `null`; `null` where none came in time. */
export const waitFor = async <T>(ask: () => Promise<T | null>, timeoutMs: number, signal: AbortSignal): Promise<T | null> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null || performance.now() > end) return answer;
    if (signal.aborted) throw new StepFailed('interrupted.', 'Run it again.');
    await new Promise((resolve) => void setTimeout(resolve, POLL_MS));
  }
};
