import * as z from 'zod/mini';
import { renderJson } from '../../lib/report/json.ts';
import { SILENCE_HOURS } from '../../lib/report/page/forms.ts';
import { acknowledge, endSilence, silence, withdrawAcknowledgement } from '../../lib/use-cases/attention.ts';
import { matchWords, sentence } from '../../lib/use-cases/query.ts';
import { etagOf } from '../etag.ts';
import { seeOther } from '../html.ts';
import { Problem } from '../problem.ts';
import { type Answer, type Attending, type Event, readForm } from '../requests.ts';
import { isOurForm, sessionOf } from '../visitor.ts';
import { analysisAt } from './analysis-at.ts';

/** What people say by a page's forms: as `attention.ts` does for programs. */
export type FormRoute = (event: Event, attending: Attending) => Promise<Answer>;

type Handled<T> = (fields: T, by: string, event: Event, attending: Attending) => Promise<Answer>;

/** Only with a session, and only from a page that was made for it. */
const form =
  <T extends { readonly token: string }>(schema: z.ZodMiniType<T>, handle: Handled<T>): FormRoute =>
  async (event, attending) => {
    const session = await sessionOf(event, attending);
    if (session === null) throw new Problem(401, 'Not logged in', 'The session is over. Run `closewatch open`, and send the form again.');
    const fields = readForm(schema, event);
    if (!(await isOurForm(fields.token, session.badge, attending)))
      throw new Problem(
        403,
        'Not sent',
        'The form does not come from a page of this session. Go back, load the page anew, and send it again.',
      );
    return handle(fields, session.by, event, attending);
  };

const token = z.string().check(z.maxLength(200));

export const acknowledgeForm = form(
  z.strictObject({ token, seen: z.string().check(z.maxLength(80)), why: z.optional(sentence), withdraw: z.optional(z.literal('yes')) }),
  async ({ seen, why, withdraw }, by, event, attending) => {
    const analysis = await analysisAt(event, attending);
    if (etagOf(renderJson(analysis)) !== seen)
      throw new Problem(412, 'It has changed since', 'The analysis is not what you saw any more. Go back, load the page anew, and look.');
    if (withdraw === undefined && why === undefined) throw new Problem(400, 'Bad field', 'Say why: others will ask.', 'why');
    const outcome =
      withdraw === 'yes'
        ? await withdrawAcknowledgement(analysis, attending)
        : await acknowledge(analysis, { by, why: why ?? '' }, attending);
    if (outcome.kind === 'over') throw new Problem(409, 'It is over', 'There is nothing left to be on.');
    return seeOther(`/analyses/${encodeURIComponent(analysis.id)}`);
  },
);

const HOUR_MS = 3_600_000;

const silenceFields = z.strictObject({
  token,
  back: z.string().check(z.maxLength(80)),
  match: z.string().check(z.maxLength(120)),
  hours: z.coerce.number().check(z.refine((hours) => SILENCE_HOURS.includes(hours), 'expected one of those offered')),
  why: sentence,
});

export const silenceForm = form(silenceFields, async ({ back, match, hours, why }, by, _event, attending) => {
  const at = match.indexOf('=');
  const words = matchWords.safeParse({ [match.slice(0, at)]: match.slice(at + 1) });
  if (!words.success)
    throw new Problem(400, 'Bad field', 'The form names neither a host, nor a program, nor a cause.', 'match', { cause: words.error });
  const { host = null, program = null, cause = null } = words.data;
  const until = new Date(Date.parse(attending.clock.now()) + hours * HOUR_MS).toISOString();
  const outcome = await silence({ host, program, cause }, until, { by, why }, attending);
  if (outcome.kind === 'refused') throw new Problem(409, 'Not silenced', outcome.reason);
  return seeOther(`/analyses/${encodeURIComponent(back)}`);
});

export const endSilenceForm = form(z.strictObject({ token }), async (_fields, by, event, attending) => {
  const id = event.pathParameters?.id ?? '';
  const ended = /^[0-9a-f]{12}$/.test(id) ? await endSilence(id, by, attending) : null;
  if (ended === null) throw new Problem(404, 'Not found', 'No silence of this id is in force.', 'id');
  return seeOther('/analyses');
});
