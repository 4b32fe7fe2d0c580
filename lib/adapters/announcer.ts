import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { type LinkTo, noLink } from '../access/link.ts';
import type { Meter } from '../use-cases/metrics.ts';
import type { Announcer, Clock, Journal } from '../use-cases/ports.ts';
import { type JudgingConfig, linksOf, moreTopicsOf } from './config.ts';
import { linksWith } from './links.ts';
import { PATIENCE } from './patience.ts';
import { secretKeys } from './secrets.ts';
import { snsAnnouncer } from './sns.ts';
import { alsoTo } from './sns-more.ts';

interface Around {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly meter: Meter;
}

const linksFor = (config: JudgingConfig, { clock, journal }: Around): (() => Promise<LinkTo>) => {
  const links = linksOf(config);
  if (links === null) return async () => noLink;
  return linksWith(links.base, links.days, secretKeys(new SecretsManagerClient(PATIENCE), links.secret, clock), journal);
};

/** All that tells people, by whatever way. With it come two SDK clients and the words of each kind of message: see `functions/compose/judging.ts`. */
export const topicsAnnouncer = (config: JudgingConfig, around: Around): Announcer => {
  const sns = new SNSClient(PATIENCE);
  const links = linksFor(config, around);
  return alsoTo(snsAnnouncer(sns, config.TOPIC_ARN, links), sns, moreTopicsOf(config), links, around.journal, around.meter);
};
