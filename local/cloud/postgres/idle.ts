/** Tells when nothing has needed a cluster for long enough. */
export interface IdleTimer {
  /** Something changed: look again. */
  consider(): void;
  cancel(): void;
}

const longestTimer = 2 ** 31 - 1;

/**
 * @param until asked for the moment (milliseconds since the epoch) from which on it is idle; undefined: it is in use, or stays as it is.
 * @param idle called then.
 */
export function idleTimer(until: () => number | undefined, idle: () => void): IdleTimer {
  let timer: NodeJS.Timeout | undefined;
  const consider = (): void => {
    clearTimeout(timer);
    const end = until();
    if (end === undefined || end === Number.POSITIVE_INFINITY) return;
    const wait = end - Date.now();
    if (wait <= 0) idle();
    else timer = setTimeout(consider, Math.min(wait, longestTimer)).unref();
  };
  return { consider, cancel: () => clearTimeout(timer) };
}
