/** For how long a version may be rolled back to, in seconds; the embedded cloud is for trying things, one after the other. */
export const rollbackSeconds = { embedded: 0, cloudflare: 24 * 3600 };
