import type { Listener } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';
import { socketAt } from '../model/socket-columns.ts';
import { type Census, LISTEN } from './census.ts';
import { holderOf } from './holder.ts';

const MAX_LISTENERS = 64;

const toListener = (socket: Socket, port: number): Listener => ({
  address: socket.local.address,
  port,
  v6only: socket.v6only,
  holder: holderOf(socket.ownership),
  owners: socket.ownership.kind === 'owned' ? new Set(socket.ownership.owners.map(({ pid }) => pid)).size : 0,
  inode: socket.inode,
  acceptQueue: socket.recvQ,
  acceptLimit: socket.sendQ,
  cgroup: socket.cgroup,
  line: socket.line,
});

const listening = ({ sockets, state }: Census): readonly Socket[] => {
  const all: Socket[] = [];
  for (let i = state.indexOf(LISTEN); i >= 0; i = state.indexOf(LISTEN, i + 1)) all.push(socketAt(sockets, i));
  return all;
};

/** Who listens where; those with a queue first, so that a cut never hides a service in trouble. */
export const listenersOf = (census: Census): readonly Listener[] =>
  listening(census)
    .flatMap((socket) => (socket.local.port === null ? [] : [toListener(socket, socket.local.port)]))
    .sort((a, b) => (b.acceptQueue ?? 0) - (a.acceptQueue ?? 0) || a.port - b.port)
    .slice(0, MAX_LISTENERS);
