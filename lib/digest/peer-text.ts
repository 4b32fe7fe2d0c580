import type { Endpoint, Socket } from '../model/socket.ts';

/** `10.0.0.1:80`, `[::1]:80` (RFC 3986 §3.2.2). */
export const endText = ({ address, port }: Endpoint): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);

export const peerText = ({ peer }: Socket): string => endText(peer);
