import { z } from 'zod';

/**
 * Evaluates identity policies as far as this project's need: the emulator enforces none, so the policy itself is tested. After "Policy
 * evaluation logic" and "IAM policy elements: Variables and tags" of the IAM user guide; whatever else a statement says is an error here
 * rather than passed over.
 */
const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.literal('Allow'),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.strictObject({ 'ForAllValues:StringLike': z.record(z.string(), z.array(z.string())) }).optional(),
});
export const policyDocument = z.object({ Version: z.literal('2012-10-17'), Statement: z.array(statement) });

export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Condition keys that the request bears: `aws:PrincipalTag/closewatch-host`, `dynamodb:LeadingKeys`. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `null` where a variable has no value: such an element matches nothing. What a variable brings is no pattern. */
const patternOf = (element: string, context: Request['context']): RegExp | null => {
  let isKnown = true;
  const source = element.split(/(\$\{[^}]*\}|\*|\?)/).map((part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (!part.startsWith('${')) return literal(part);
    const value = context[part.slice(2, -1)]?.[0];
    isKnown &&= value !== undefined;
    return literal(value ?? '');
  });
  return isKnown ? new RegExp(`^${source.join('')}$`, 's') : null;
};

const matches = (elements: readonly string[], value: string, context: Request['context']): boolean =>
  elements.some((element) => patternOf(element, context)?.test(value) ?? false);

export const isAllowed = (document: z.infer<typeof policyDocument>, { action, resource, context }: Request): boolean =>
  document.Statement.some(
    ({ Action, Resource, Condition }) =>
      matches(Action, action, {}) &&
      matches(Resource, resource, context) &&
      // ForAllValues holds for a key that is absent.
      Object.entries(Condition?.['ForAllValues:StringLike'] ?? {}).every(([key, patterns]) =>
        (context[key] ?? []).every((value) => matches(patterns, value, context)),
      ),
  );

export const BUCKET = 'arn:aws:s3:::closewatch-production-uploads-123456789012';

const arnOf = (name: string): string => (name === 'UploadBucket' ? BUCKET : `arn:aws:x:::${name}`);
const sub = z.strictObject({ 'Fn::Sub': z.string() });
const getAtt = z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
const ref = z.strictObject({ Ref: z.string() });
const choice = z.strictObject({ 'Fn::If': z.tuple([z.string(), z.unknown(), z.unknown()]) });

/** CloudFormation's own substitutions, with this account's values; every condition holds. */
export const resolved = (value: unknown): unknown => {
  const text = sub.safeParse(value);
  if (text.success)
    return text.data['Fn::Sub']
      .replaceAll(/\$\{(\w+)\.Arn\}/g, (_, name: string) => arnOf(name))
      .replaceAll(/\$\{AWS::\w+\}/g, 'x')
      .replaceAll('${!', '${');
  const attribute = getAtt.safeParse(value);
  if (attribute.success) return arnOf(attribute.data['Fn::GetAtt'][0]);
  // Of a topic: its ARN.
  const name = ref.safeParse(value);
  if (name.success) return arnOf(name.data.Ref);
  const either = choice.safeParse(value);
  if (either.success) return resolved(either.data['Fn::If'][1]);
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part)]));
  return value;
};
