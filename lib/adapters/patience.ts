/**
 * A call that nobody answers ends, and is tried again, well before the function's own time is over; the SDK would wait for ever. Of an object's body each
 * part counts anew.
 */
export const PATIENCE = { requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true } };
