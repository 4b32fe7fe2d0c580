import { CONFIDENCES, type Confidence } from '../../lib/model/analysis.ts';
import { type Answer, gradeOf, isClaim } from './grade.ts';
import type { RecordedTruth } from './truth-schema.ts';

/** One recording, whole (`ablation` null) or made poorer, and what was told of it. */
export interface Trial {
  readonly recording: string;
  readonly ablation: string | null;
  readonly truth: RecordedTruth;
  readonly answers: readonly Answer[];
}

export interface Count {
  readonly right: number;
  readonly wrong: number;
}

/** A false statement, and where. */
export interface Mistake {
  readonly recording: string;
  readonly ablation: string | null;
  readonly confidence: Confidence;
  readonly because: string;
}

export interface Calibration {
  readonly counts: Readonly<Record<Confidence, { readonly whole: Count; readonly poorer: Count }>>;
  /** Incidents of which no cause was told: by silence, or `inconclusive`. */
  readonly unanswered: { readonly whole: readonly string[]; readonly poorer: number };
  /** How many trials there were of incidents (not of healthy hosts). */
  readonly incidents: { readonly whole: number; readonly poorer: number };
  readonly mistakes: readonly Mistake[];
  /** Mistakes about a poorer version of what was told rightly when whole. */
  readonly flips: readonly Mistake[];
}

const mistakesIn = ({ recording, ablation, truth, answers }: Trial): readonly Mistake[] =>
  answers.filter(isClaim).flatMap((answer) => {
    const grade = gradeOf(answer, truth);
    return grade.kind === 'right' ? [] : [{ recording, ablation, confidence: answer.confidence, because: grade.because }];
  });

const countOf = (trials: readonly Trial[], confidence: Confidence): Count => {
  const claims = trials.flatMap(({ answers, truth }) => answers.filter(isClaim).map((answer) => ({ answer, truth })));
  const grades = claims.filter(({ answer }) => answer.confidence === confidence).map(({ answer, truth }) => gradeOf(answer, truth).kind);
  const right = grades.filter((kind) => kind === 'right').length;
  return { right, wrong: grades.length - right };
};

const isIncident = ({ truth }: Trial): boolean => truth.cause !== null && truth.cause !== 'inconclusive';
const isUnanswered = (trial: Trial): boolean => isIncident(trial) && !trial.answers.some(isClaim);

export const calibrate = (trials: readonly Trial[]): Calibration => {
  const whole = trials.filter(({ ablation }) => ablation === null);
  const poorer = trials.filter(({ ablation }) => ablation !== null);
  const mistakes = trials.flatMap(mistakesIn);
  const rightWhenWhole = new Set(whole.filter((trial) => mistakesIn(trial).length === 0).map(({ recording }) => recording));
  const both = (confidence: Confidence) => ({ whole: countOf(whole, confidence), poorer: countOf(poorer, confidence) });
  return {
    counts: { high: both('high'), medium: both('medium'), low: both('low') },
    unanswered: { whole: whole.filter(isUnanswered).map(({ recording }) => recording), poorer: poorer.filter(isUnanswered).length },
    incidents: { whole: whole.filter(isIncident).length, poorer: poorer.filter(isIncident).length },
    mistakes,
    flips: mistakes.filter(({ recording, ablation }) => ablation !== null && rightWhenWhole.has(recording)),
  };
};

const share = ({ right, wrong }: Count): string =>
  right + wrong === 0 ? '–' : `${right} of ${right + wrong} (${Math.floor((100 * right) / (right + wrong))} %)`;

const total = (a: Count, b: Count): Count => ({ right: a.right + b.right, wrong: a.wrong + b.wrong });

/** The table of the README. */
export const tableOf = ({ counts, unanswered, incidents }: Calibration): string => {
  const rows = CONFIDENCES.map((confidence) => {
    const { whole, poorer } = counts[confidence];
    return `| ${confidence} | ${share(whole)} | ${share(poorer)} | ${share(total(whole, poorer))} |`;
  });
  return [
    '| confidence | right, whole recordings | right, poorer versions | right, all |',
    '| --- | --- | --- | --- |',
    ...rows,
    `| no cause told | ${unanswered.whole.length} of ${incidents.whole} incidents | ${unanswered.poorer} of ${incidents.poorer} | |`,
  ].join('\n');
};

export const describe = ({ recording, ablation, confidence, because }: Mistake): string =>
  `${recording}${ablation === null ? '' : `, ${ablation}`}: ${because} (${confidence})`;
