import { listed } from '../fleet/words.ts';
import type { Analysis } from '../model/analysis.ts';
import { gsm7, SMS_SEPTETS, septets } from '../text/gsm7.ts';
import type { MessageContext } from './email.ts';
import { isFleet } from './fleet.ts';
import { presentVictims } from './life.ts';
import { viewOf } from './view.ts';

/** One GSM-7 segment: as many of the parts, most important first, as fit whole; the first is cut if it must be. */
export const renderSms = (analysis: Analysis, context: MessageContext): string => {
  const view = viewOf(analysis, context.transition, context);
  const told = analysis.status === 'resolved' ? endParts(analysis) : openParts(analysis);
  const parts = [view.title, ...told, ...(context.link === null ? [] : [` ${context.link.url}`])].map((part) => gsm7(part));
  return parts.reduce((text, part) => (septets(text) + septets(part) <= SMS_SEPTETS ? text + part : text), '');
};

const openParts = (analysis: Analysis): readonly string[] => {
  const [victim] = presentVictims(analysis);
  return [
    ...(analysis.culprit?.peer ? [` to ${analysis.culprit.peer}`] : []),
    ...(victim === undefined ? [] : [`. ${victim.failures}x since ${victim.firstAt.slice(11, 16)}Z`]),
    ...(isFleet(analysis) ? [`. On ${listed(analysis.hosts, analysis.hostCount, 3)}`] : []),
    ...(analysis.ports === null || isFleet(analysis) ? [] : [`. Ports ${analysis.ports.used}/${analysis.ports.capacity}`]),
    ...(analysis.trend.exhaustsAt === null ? [] : [`, full ~${analysis.trend.exhaustsAt.slice(11, 16)}Z`]),
    ...(analysis.setback === null ? [] : ['. A restart did not help']),
  ];
};

const endParts = (analysis: Analysis): readonly string[] => {
  const failures = analysis.victims.reduce((sum, victim) => sum + victim.failures, 0);
  return [
    ...(analysis.resolvedAt === null ? [] : [`. Over since ${analysis.resolvedAt.slice(11, 16)}Z`]),
    ...(analysis.cause === 'host-silent' ? [] : [`, ${failures} ${failures === 1 ? 'failure' : 'failures'}`]),
    ...(analysis.outcome?.startsWith('Verified') === true ? [', verified'] : []),
  ];
};
