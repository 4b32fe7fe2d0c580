/** Control characters (C0, DEL, C1), zero-width and bidirectional controls: they steer terminals and readers. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
/** ECMA-48 escape sequences, whole, so that their parameters do not stay behind as text. */
const ESCAPES = /\u001b\[[0-9;?]{0,32}[ -/]{0,4}[@-~]|\u001b\][^\u0007\u001b]{0,512}(?:\u0007|\u001b\\)?|\u001b[@-_]/g;

/** Somebody else's text as one harmless line. */
export const plain = (text: string): string => text.replace(ESCAPES, '').replace(CONTROLS, ' ');

/** URLs in somebody else's text must not become links in a mail program. */
export const unlinked = (text: string): string => text.replaceAll(/\b(https?|ftp):\/\//gi, (_, scheme: string) => `${scheme}[:]//`);
