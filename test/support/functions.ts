import { readFileSync } from 'node:fs';
import { build, type Plugin } from 'esbuild';
import { z } from 'zod';
import { ofType, type Resource, resourcesPackaged } from './template.ts';

/** What the code of a function may call, by what is bundled into it: its imports, followed. */

const service: Readonly<Record<string, string>> = {
  'client-dynamodb': 'dynamodb',
  'client-s3': 's3',
  'client-sns': 'sns',
  'client-sqs': 'sqs',
  'client-secrets-manager': 'secretsmanager',
  'client-cloudformation': 'cloudformation',
};

/** `dynamodb:GetItem` and the like, of one file. */
const callsIn = (text: string): readonly string[] =>
  [...text.matchAll(/import\s*\{([^}]*)\}\s*from '@aws-sdk\/([\w-]+)'/g)].flatMap(([, names = '', name = '']) =>
    [...names.matchAll(/\b(\w+)Command\b/g)]
      .filter(([command]) => text.includes(`new ${command}(`))
      .map(([, action]) => {
        const prefix = service[name];
        if (prefix === undefined) throw new TypeError(`@aws-sdk/${name} is new: name its actions' prefix here.`);
        return `${prefix}:${action}`;
      }),
  );

/** A package that nothing of is used leaves no trace: else the line that imports it would keep its file. */
const packagesWithoutEffects: Plugin = {
  name: 'packages-without-effects',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => (kind === 'entry-point' ? null : { path, external: true, sideEffects: false })),
};

/** The files that are in a function's bundle after what is unused was left out. */
const filesOf = async (name: string): Promise<readonly string[]> => {
  const { metafile } = await build({
    entryPoints: [`functions/${name}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    plugins: [packagesWithoutEffects],
    logLevel: 'silent',
  });
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
};

export const callsOf = async (name: string): Promise<ReadonlySet<string>> =>
  new Set((await filesOf(name)).flatMap((path) => callsIn(readFileSync(path, 'utf8'))));

const properties = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
});

export interface Deployed {
  /** As in `functions/<name>.ts`. */
  readonly name: string;
  readonly logicalId: string;
  readonly role: string;
}

export const deployedFunctions = (): readonly Deployed[] =>
  ofType('AWS::Lambda::Function').map(([logicalId, { Properties }]) => {
    const { Handler, Role } = properties.parse(Properties);
    return { name: /^\.build\/(\w[\w-]*)\//.exec(Handler)?.[1] ?? '', logicalId, role: Role['Fn::GetAtt'][0] };
  });

const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  Action: z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat()),
  Resource: z.unknown(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
export type Statement = z.infer<typeof statement>;
const document = z.object({ Statement: z.array(statement) });

export const statementsIn = (policy: unknown): readonly Statement[] => document.parse(policy).Statement;

const inline = z.object({ Policies: z.array(z.object({ PolicyDocument: z.unknown() })) });
export const statementsOf = (role: string): readonly Statement[] =>
  inline.parse(resourcesPackaged()[role]?.Properties).Policies.flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument));

/** Every policy of an identity: of roles, and managed ones. */
export const identityPolicies = (): readonly (readonly [string, readonly Statement[]])[] => [
  ...ofType('AWS::IAM::Role').map(([id]) => [id, statementsOf(id)] as const),
  ...ofType('AWS::IAM::ManagedPolicy').map(
    ([id, { Properties }]: readonly [string, Resource]) => [id, statementsIn(Properties?.PolicyDocument)] as const,
  ),
];
