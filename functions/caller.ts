import type { Event } from './requests.ts';

/** The caller as IAM knows them; the local stack knows nobody. */
export const callerOf = ({ requestContext }: Event): string | null => {
  const context: unknown = requestContext;
  const arn = ['authorizer', 'iam', 'userArn'].reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
    context,
  );
  return typeof arn === 'string' && arn !== '' ? arn : null;
};
