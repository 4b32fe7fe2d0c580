import * as z from 'zod/mini';
import { IN_ENGLISH } from '../text/in-english.ts';
import { defaultSettings, type Settings } from '../use-cases/settings.ts';
import { DEFAULT_RETENTION, type Retention } from './dynamodb.ts';
import type { MoreTopics } from './sns-more.ts';

/** Each function's environment, checked when it starts: a missing variable is named at once, not at the first upload. */

const seconds = z.coerce.number().check(z.int(), z.minimum(0), z.maximum(86_400 * 400));

const days = z.coerce.number().check(z.int(), z.minimum(1), z.maximum(3650));

const text = z.string().check(z.minLength(1));

const table = { TABLE: text, DIGEST_DAYS: z.optional(days), ANALYSIS_DAYS: z.optional(days) };

const judging = {
  ...table,
  BUCKET: text,
  TOPIC_ARN: text,
  SETTLING_SECONDS: z.optional(seconds),
  SILENCE_SECONDS: z.optional(seconds),
  /** A host that uploads nothing for so long is announced as silent; at least ten minutes, as hosts are noted every five. 0: never. */
  SILENT_AFTER_SECONDS: z.optional(seconds.check(z.refine((value) => value === 0 || value >= 600, 'expected 0 or at least 600'))),
  /** The first reminder of what is still open; each waits twice as long as the one before, a day at most. 0: none. */
  REMINDER_SECONDS: z.optional(seconds),
  /** Where the pages are; empty: messages carry no link. */
  LINK_BASE: z.optional(z.string()),
  /** Not longer than a key checks: it is replaced every 30 days, and checks for 30 more. */
  LINK_DAYS: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(30)), 7),
  ACCESS_SECRET: z.optional(z.string()),
  /** Amazon Q Developer's topic, and a pager's; empty: none. */
  CHAT_TOPIC_ARN: z.optional(z.string()),
  PAGER_TOPIC_ARN: z.optional(z.string()),
};

export const judgingConfig = z.object(judging);
export const queryConfig = z.object(table);
export const grantingConfig = z.object({ TABLE: text, BUCKET: text });
export const pagesConfig = z.object({ ...table, ACCESS_SECRET: text });
export const attendingConfig = z.object({ ...table, ACCESS_SECRET: text, LINK_BASE: text });
export type JudgingConfig = z.infer<typeof judgingConfig>;

const DAY_MS = 24 * 60 * 60_000;

const doubled = (firstMs: number): readonly number[] =>
  firstMs === 0 ? [] : [firstMs, 2 * firstMs, 4 * firstMs, 8 * firstMs].map((ms) => Math.min(ms, Math.max(firstMs, DAY_MS)));

export const settingsOf = (config: JudgingConfig): Settings => ({
  ...defaultSettings,
  announce: {
    settlingMs: config.SETTLING_SECONDS === undefined ? defaultSettings.announce.settlingMs : config.SETTLING_SECONDS * 1000,
    remindersMs: config.REMINDER_SECONDS === undefined ? defaultSettings.announce.remindersMs : doubled(config.REMINDER_SECONDS * 1000),
  },
  silenceMs: config.SILENCE_SECONDS === undefined ? defaultSettings.silenceMs : config.SILENCE_SECONDS * 1000,
  silentAfterMs:
    config.SILENT_AFTER_SECONDS === undefined
      ? defaultSettings.silentAfterMs
      : config.SILENT_AFTER_SECONDS === 0
        ? null
        : config.SILENT_AFTER_SECONDS * 1000,
});

/** Where messages' links lead, and what signs them; `null` where there are none. */
export const linksOf = ({
  LINK_BASE = '',
  LINK_DAYS,
  ACCESS_SECRET = '',
}: JudgingConfig): { readonly base: string; readonly days: number; readonly secret: string } | null =>
  LINK_BASE === '' || ACCESS_SECRET === '' ? null : { base: LINK_BASE, days: LINK_DAYS, secret: ACCESS_SECRET };

const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

export const moreTopicsOf = ({ CHAT_TOPIC_ARN, PAGER_TOPIC_ARN }: JudgingConfig): MoreTopics => ({
  chat: orNull(CHAT_TOPIC_ARN),
  pager: orNull(PAGER_TOPIC_ARN),
});

/** How long the table keeps things, where the deployment says otherwise. */
export const retentionOf = (config: z.infer<typeof queryConfig>): Retention => ({
  ...DEFAULT_RETENTION,
  digests: config.DIGEST_DAYS ?? DEFAULT_RETENTION.digests,
  analyses: config.ANALYSIS_DAYS ?? DEFAULT_RETENTION.analyses,
});

class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming each variable that is missing or wrong */
export const readConfig = <T>(schema: z.ZodMiniType<T>, environment: Readonly<Record<string, string | undefined>>): T => {
  const result = schema.safeParse(environment, IN_ENGLISH);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new ConfigError(`The environment is not as this function needs it: ${issues}.`, { cause: result.error });
};
