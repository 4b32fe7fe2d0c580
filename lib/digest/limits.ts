/**
 * How much of an upload is read, decompressed. A snapshot of a million sockets is some 100 MB and takes
 * some 550 MB of memory to digest (the function has 1.7 GB); a log may be larger, since it is streamed.
 * Beyond it a snapshot is refused (half a listing would say "none" of what it lacks), and a log is read so far and says so: a gzip bomb
 * costs a bounded time.
 */
export const MAX_SNAPSHOT_BYTES = 128 * 1024 * 1024;
/** A million sockets in the two lines each that old iproute2 needs, and as many processes as run. Shorter lines would be more of them in the bytes. */
export const MAX_SNAPSHOT_LINES = 2_500_000;
/** Uploads are read side by side, which takes memory for each; those with more lines than this (some 50 MB) are read one at a time. */
export const LARGE_SNAPSHOT_LINES = 200_000;
export const MAX_LOG_BYTES = 2 * 1024 * 1024 * 1024;
/** Four million ordinary lines that are looked at one by one, seven hundred thousand that fail, or 192 million that are skipped: some twenty seconds. */
export const MAX_LOG_EFFORT = 192 * 1024 * 1024;
/** A marker is a line or two; a CI job may list its hosts. */
export const MAX_MARKER_BYTES = 256 * 1024;
