import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { restartAdvice, unitName, unitOf } from '../../lib/diagnosis/unit.ts';

const ID = '3f2a91b0c7d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789abc';
const UID = '0d3c1f2e-5b6a-4c7d-8e9f-a0b1c2d3e4f5';

/** Paths as systemd, Docker, Podman, containerd and the kubelet (both cgroup drivers) make them; their own documentation. */
const PATHS: Readonly<Record<string, string | null>> = {
  '/system.slice/sync.service': 'sync.service',
  '/system.slice/system-getty.slice/getty@tty1.service': 'getty@tty1.service',
  '/user.slice/user-1000.slice/user@1000.service/app.slice/sync.service': 'sync.service',
  '/user.slice/user-1000.slice/session-3.scope': null,
  '/': null,
  [`/docker/${ID}`]: 'container 3f2a91b0c7d4',
  [`/system.slice/docker-${ID}.scope`]: 'container 3f2a91b0c7d4',
  [`/machine.slice/libpod-${ID}.scope`]: 'container 3f2a91b0c7d4',
  '/lxc.payload.web1/system.slice/nginx.service': 'container web1',
  [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID.replaceAll('-', '_')}.slice/cri-containerd-${ID}.scope`]: `pod ${UID}`,
  [`/kubepods/besteffort/pod${UID}/${ID}`]: `pod ${UID}`,
};

for (const [path, name] of Object.entries(PATHS)) {
  test(`reads ${path.slice(0, 60)}`, () => {
    const unit = unitOf(path);
    assert.equal(unit === null ? null : unitName(unit), name);
    const commands = unit === null ? [] : [...restartAdvice(unit).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    assert.equal(commands.length > 0, unit !== null);
    for (const command of commands) execFileSync('sh', ['-n', '-c', command]);
  });
}

test('never hands a forged name to a shell', () => {
  assert.equal(unitOf("/system.slice/x';reboot;'.service"), null);
  assert.equal(unitOf('/system.slice/$(reboot).service'), null);
});
