/** One request that the control API answered (or refused to answer: see `fault`). Secrets are not in it. */
export interface LoggedRequest {
  sequence: number;
  /** ISO 8601, real time. */
  at: string;
  method: string;
  /** With the query, secrets redacted. */
  path: string;
  status: number;
  /** Milliseconds. */
  duration: number;
  /** The pattern that matched; absent for an unknown route. */
  route?: string;
  account?: string;
  /** The body, if it was JSON, secrets redacted. */
  body?: unknown;
  /** Neon's codes are words. */
  errors?: { code: number | string; message: string }[];
  /** The fault rule's action, if one struck. */
  fault?: string;
}

/** The newest requests, in memory. */
export interface RequestLog {
  add(entry: Omit<LoggedRequest, "sequence">): void;
  /** Oldest first; those after sequence number `after` when given. */
  entries(after?: number): LoggedRequest[];
  /** `<method> <path>` of requests that no route answered, each once, with how often. */
  unknown(): { request: string; times: number }[];
}

/** @param options.capacity how many requests are kept. @param options.onEntry called for each, e.g. to write a log file. */
export function createRequestLog(
  options: { capacity?: number; onEntry?: (entry: LoggedRequest) => void } = {},
): RequestLog {
  const capacity = options.capacity ?? 5000;
  const kept: LoggedRequest[] = [];
  const unknown = new Map<string, number>();
  let sequence = 0;
  return {
    add(entry) {
      const logged = { sequence: ++sequence, ...entry };
      kept.push(logged);
      if (kept.length > capacity) kept.splice(0, kept.length - capacity);
      if (entry.status === 501 && entry.route === undefined && entry.fault === undefined) {
        const request = `${entry.method} ${entry.path.split("?")[0]}`;
        unknown.set(request, (unknown.get(request) ?? 0) + 1);
      }
      options.onEntry?.(logged);
    },
    entries: (after = 0) => kept.filter((entry) => entry.sequence > after),
    unknown: () => [...unknown].map(([request, times]) => ({ request, times })),
  };
}
