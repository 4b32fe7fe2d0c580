/**
 * How much of an upload is read, decompressed. A snapshot of a million sockets is 200 MB; a log may be larger but is streamed.
 * Beyond it an upload is refused with that figure, so that a gzip bomb costs a bounded time.
 */
export const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024;
export const MAX_LOG_BYTES = 2 * 1024 * 1024 * 1024;
