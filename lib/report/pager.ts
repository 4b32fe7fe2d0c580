import type { Announcement } from '../fleet/fleet.ts';
import { viewOf } from './view.ts';

/**
 * For pagers that listen to CloudWatch's alarms over SNS (PagerDuty's "Amazon CloudWatch" integration): they open an incident by
 * `NewStateValue` ALARM and resolve the one of the same `AlarmName` by OK, and want the state first in the subject too.
 */
export interface Page {
  readonly subject: string;
  readonly message: string;
}

const MAX_SUBJECT = 99;

const pageOf = (id: string, state: 'ALARM' | 'OK', { kind, analysis, news, createdAt }: Announcement): Page => {
  const view = viewOf(analysis, kind, { at: createdAt, news });
  const subject = `${state}: "${id}" ${view.title}`
    .normalize('NFKD')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .slice(0, MAX_SUBJECT);
  const { severity, cause, host } = analysis;
  const about = { AlarmName: id, AlarmDescription: `${view.what} ${view.who}`, NewStateValue: state, NewStateReason: view.title };
  return { subject, message: JSON.stringify({ ...about, StateChangeTime: createdAt, severity, cause, host }) };
};

/** Somebody is paged for what is critical, and it resolves by itself: of a fleet, each host's alarm that came before the fleet's too. */
export const pagesOf = (announcement: Announcement): readonly Page[] => {
  const { analysis } = announcement;
  if (analysis.status === 'resolved')
    return [analysis.id, ...analysis.members.map(({ analysisId }) => analysisId)].map((id) => pageOf(id, 'OK', announcement));
  // More hosts with what somebody is paged for already are no reason to page again.
  return analysis.severity === 'critical' && announcement.kind !== 'joined' ? [pageOf(analysis.id, 'ALARM', announcement)] : [];
};
