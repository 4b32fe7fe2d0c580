import { type Stack, startStack } from '../../lib/local/stack.ts';
import { uploadExample } from '../../lib/local/upload-example.ts';
import { until } from './until.ts';

/** The embedded stack after the example's upload, and the page that its email links to. */
export const startExampleStack = async (): Promise<{ readonly stack: Stack; readonly link: string }> => {
  let link = '';
  const stack = await startStack({
    s3Port: 0,
    apiPort: 0,
    stateDir: null,
    onEmail: ({ text }) => {
      link = /http:\/\/\S+\?t=\S+/.exec(text)?.[0] ?? link;
    },
    onSms: () => {},
  });
  await uploadExample();
  await until('an email', () => link !== '');
  return { stack, link };
};
