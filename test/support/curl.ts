import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What curl printed. Not in the foreground: the server that it talks to runs in this process. */
export const curl = async (...args: readonly string[]): Promise<string> => {
  const child = spawn('curl', ['-sS', '--max-time', '20', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return text(child.stdout);
};
