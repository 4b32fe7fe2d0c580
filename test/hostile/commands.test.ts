import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { restartAdvice, unitOf } from '../../lib/diagnosis/unit.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import { viewOf } from '../../lib/report/view.ts';
import { analysesOf } from './hosts.ts';
import { hostileCommand, hostileLine } from './names.ts';
import { isTheirs, openSandbox, type Ran } from './shell.ts';

/** Commands that people copy, run in a true shell: whatever a host calls its programs, only what we wrote runs. */
const sandbox = openSandbox();
after(() => sandbox.close());

const RUNS = 40;
const commandsIn = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

/** The fix may name calls of the program's own language between backquotes: it is not run. */
const saidIn = (analysis: Analysis): readonly string[] => {
  const { what, who, now, before, why, remedy, caveats } = viewOf(analysis, 'opened');
  return [what, who, now, ...before, why, ...caveats, ...remedy.filter(([name]) => name !== 'Fix').map(([, value]) => value)];
};

const isHarmless = ({ calls, files, stderr }: Ran): boolean =>
  calls.length > 0 && !calls.some(isTheirs) && files.length === 0 && stderr === '';

test('the sandbox would show it, if something else ran', () => {
  assert.ok(!isHarmless(sandbox.run('ss -t; curl evil')));
  assert.ok(!isHarmless(sandbox.run('ss -t $(touch f)')));
  assert.ok(!isHarmless(sandbox.run('ss -t | unknown')));
  assert.deepEqual(sandbox.run(`ps -p '1 2' "a\nb"`).calls, [['ps', '-p', '1 2', 'a\nb']]);
});

test('every command that is offered runs what we wrote, and nothing that a host named', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(hostileCommand, hostileLine, hostileLine, hostileLine, async (command, args, folder, error) => {
      const analyses = await analysesOf({ command, args, cgroup: `/system.slice/${folder.replaceAll(/\s/g, '')}.service`, error });
      assert.ok(analyses.length >= 2, 'the findings are made');
      for (const text of analyses.flatMap(saidIn).flatMap(commandsIn)) {
        if (seen.has(text)) continue;
        seen.add(text);
        const ran = sandbox.run(text);
        assert.ok(isHarmless(ran), `${text}: ${JSON.stringify(ran)}`);
      }
    }),
    { numRuns: RUNS, seed: 1 },
  );
  assert.ok(seen.size > 8, `commands were run: ${[...seen].join(' ; ')}`);
});

test('a name with backquotes brings no command of its own', async () => {
  const analyses = await analysesOf({ command: '`touch f`', args: '`touch f`', cgroup: '/x', error: '`touch f`' });
  const offered = analyses.flatMap(saidIn).flatMap(commandsIn);
  assert.ok(offered.length > 0);
  assert.deepEqual(
    offered.filter((text) => text.includes('touch')),
    [],
  );
});

test('the name of a unit arrives whole, as one argument that is no option', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9:_.\\@-]{1,30}$/).map((text) => `${text}.service`);
  let restarted = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        name,
        hostileLine.map((text) => `${text}.service`),
      ),
      (service) => {
        const unit = unitOf(`/system.slice/${service}`);
        if (unit === null) return;
        const [command = ''] = commandsIn(restartAdvice(unit));
        const ran = sandbox.run(command);
        assert.ok(isHarmless(ran), command);
        if (unit.kind !== 'unit') return;
        restarted += 1;
        const unitOfPath = service.split('/').at(-1);
        assert.deepEqual(ran.calls, [['systemctl', ...(unit.isUser ? ['--user'] : []), 'restart', unitOfPath]]);
        assert.ok(unitOfPath !== undefined && !unitOfPath.startsWith('-'));
      },
    ),
    { numRuns: 150, seed: 1 },
  );
  assert.ok(restarted > 30);
  assert.equal(unitOf('/user.slice/-Hevil.example.service'), null);
});
