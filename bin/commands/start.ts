import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { PortTakenError } from '../../lib/local/emulators.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import type { Delivery } from '../../lib/local/subscriber.ts';
import { uploadExample } from '../../lib/local/upload-example.ts';
import { usageError, wantsColour } from '../terminal.ts';

const HELP = `closewatch start – the whole service in one process, on this machine

Usage: closewatch start [OPTION…]

Starts S3, SNS and SQS (fauxqs) and DynamoDB (dynalite), the functions on the
queue, and the API. Uploads the bundled incident once, prints each email and
SMS as subscribers would get it, and stays up for further uploads until Ctrl-C.

  --empty           start without the bundled incident
  --s3-port PORT    where S3, SNS and SQS listen (default 4566)
  --api-port PORT   where the API listens (default 8787)
  --state DIR       where state survives a restart (default .closewatch)
  --help            show this
`;

const COULD_NOT_RUN = 2;

const title = (text: string): string => (wantsColour() ? `\u001b[1m${text}\u001b[0m` : text);

const printEmail = ({ subject, text }: Delivery): void =>
  void process.stdout.write(`\n${title('── email ──')}\nSubject: ${subject}\n\n${text}`);
const printSms = ({ text }: Delivery): void => void process.stdout.write(`\n${title('── SMS ──')}\n${text}\n`);

const addresses = (stack: Stack): string => `
${title('Running.')} Ctrl-C stops it; state is kept.

  S3   ${stack.s3Address}/${stack.bucket}
  API  ${stack.apiAddress}/v1/analyses

Upload from another terminal, for instance this machine as a host:

  ss -tanpe | AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1 \\
    aws --endpoint-url ${stack.s3Address} s3 cp - s3://${stack.bucket}/hosts/my-host/snapshots/$(date -u +%Y%m%dT%H%M%SZ).txt
`;

const options = {
  empty: { type: 'boolean' },
  's3-port': { type: 'string' },
  'api-port': { type: 'string' },
  state: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const readArgs = (argv: readonly string[]) => parseArgs({ args: [...argv], options });

/** @throws TypeError naming the option */
const portOption = (text: string | undefined, fallback: number, name: string): number => {
  const port = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`--${name} takes a port number (0 to 65535), not "${text}".`);
  return port;
};

const stopped = (): Promise<unknown> => Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

const run = async (values: ReturnType<typeof readArgs>['values']): Promise<number> => {
  const stack = await startStack({
    s3Port: portOption(values['s3-port'], 4566, 's3-port'),
    apiPort: portOption(values['api-port'], 8787, 'api-port'),
    stateDir: values.state ?? '.closewatch',
    onEmail: printEmail,
    onSms: printSms,
  });
  const ended = stopped();
  if (values.empty !== true && (await stack.isEmpty())) {
    process.stdout.write('Uploading the bundled incident, as its host did …\n');
    await uploadExample();
  }
  process.stdout.write(addresses(stack));
  await ended;
  process.stdout.write('\nStopping …\n');
  await stack.stop();
  return 0;
};

export const start = async (argv: readonly string[]): Promise<number> => {
  try {
    const { values } = readArgs(argv);
    if (values.help === true) {
      process.stdout.write(HELP);
      return 0;
    }
    return await run(values);
  } catch (error) {
    if (error instanceof PortTakenError) {
      process.stderr.write(`closewatch start: ${error.message}\n`);
      return COULD_NOT_RUN;
    }
    if (error instanceof TypeError) return usageError('start', error.message);
    throw error;
  }
};
