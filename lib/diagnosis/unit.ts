/**
 * What a cgroup path says of the process in it: the unit of systemd, the container, the pod of Kubernetes (systemd.slice(5);
 * Kubernetes' cgroup drivers). `ss -e` prints it as `cgroup:`.
 */
export type Unit =
  | { readonly kind: 'unit'; readonly name: string; readonly isUser: boolean }
  | { readonly kind: 'container'; readonly runtime: 'docker' | 'podman' | 'cri' | 'lxc'; readonly id: string }
  | { readonly kind: 'pod'; readonly uid: string; readonly containerId: string | null };

/** As long as the tools print it; unique on a host. */
const SHORT_ID = 12;
/** What a unit's name may hold (systemd.unit(5)), but none that systemctl would take for an option (`-Hhost.service`). */
const UNIT_NAME = /^[A-Za-z0-9:_\\][A-Za-z0-9:_.\\@-]{0,254}\.service$/;
const CONTAINER_ID = /[0-9a-f]{64}/;
const POD_UID = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})/;
const LXC_PATH = /^\/lxc(?:\.payload\.|\/)([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?:\/|$)/;

const podIn = (path: string): Unit | null => {
  if (!path.includes('kubepods')) return null;
  const uid = POD_UID.exec(path)?.[1];
  return uid === undefined
    ? null
    : { kind: 'pod', uid: uid.replaceAll('_', '-'), containerId: CONTAINER_ID.exec(path)?.[0].slice(0, SHORT_ID) ?? null };
};

const runtimeOf = (path: string): 'docker' | 'podman' | 'cri' => {
  if (path.includes('libpod')) return 'podman';
  return path.includes('docker') ? 'docker' : 'cri';
};

const containerIn = (path: string): Unit | null => {
  const id = CONTAINER_ID.exec(path)?.[0];
  if (id !== undefined) return { kind: 'container', runtime: runtimeOf(path), id: id.slice(0, SHORT_ID) };
  const lxc = LXC_PATH.exec(path)?.[1];
  return lxc === undefined ? null : { kind: 'container', runtime: 'lxc', id: lxc };
};

/** The innermost service: a user's manager is one itself (`user@1000.service`), and what it runs is below it. */
const serviceIn = (path: string): Unit | null => {
  const parts = path.split('/');
  const name = parts.findLast((part) => UNIT_NAME.test(part));
  if (name === undefined) return null;
  return { kind: 'unit', name, isUser: !name.startsWith('user@') && parts.some((part) => part.startsWith('user@')) };
};

/** `null` for a login session, the root, and paths that say nothing. */
export const unitOf = (cgroup: string | null): Unit | null =>
  cgroup === null ? null : (podIn(cgroup) ?? containerIn(cgroup) ?? serviceIn(cgroup));

/** As people know it: `sync.service`, `container 3f2a91b0c7d4`, `pod 0d3c…`. */
export const unitName = (unit: Unit): string => {
  if (unit.kind === 'unit') return unit.name;
  return unit.kind === 'container' ? `container ${unit.id}` : `pod ${unit.uid}`;
};

/** How it is restarted, as a part of a sentence with the command to copy. */
export const restartAdvice = (unit: Unit): string => {
  if (unit.kind === 'unit') return `\`systemctl ${unit.isUser ? '--user ' : ''}restart '${unit.name}'\``;
  if (unit.kind === 'pod') {
    return unit.containerId === null
      ? `\`kubectl get pods -A -o custom-columns=NS:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid | grep ${unit.uid}\` names the pod; delete it, and its controller starts it anew`
      : `\`crictl stop ${unit.containerId}\` (the kubelet starts the container of pod ${unit.uid} anew)`;
  }
  switch (unit.runtime) {
    case 'docker':
      return `\`docker restart ${unit.id}\``;
    case 'podman':
      return `\`podman restart ${unit.id}\``;
    case 'lxc':
      return `\`lxc-stop --reboot --name ${unit.id}\``;
    case 'cri':
      return `\`crictl stop ${unit.id}\``;
  }
};
