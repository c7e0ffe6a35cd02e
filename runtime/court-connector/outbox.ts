import { ProblemError } from "../problem/problem.ts";
import { retryAfterOf } from "../retry-after/retry-after-of.ts";
import type { Clock, ObjectStorage } from "../storage/object-storage.ts";
import { delayAfter, mostAttempts } from "./backoff.ts";

/** `waiting`: the court has not taken it yet. `dead`: it never will without somebody's help. */
export type FilingState = "waiting" | "delivered" | "dead";

/** A filing as it stands. Times are ISO 8601. */
export interface Filing {
  /** Idempotency key: the court sees it at each attempt. */
  key: string;
  state: FilingState;
  attempts: number;
  submittedAt: string;
  /** Of the next attempt; null when there is none. */
  dueAt: string | null;
  /** What the last attempt met, in words; null before the first. */
  lastOutcome: string | null;
  /** What the court answered when it took the filing, its first 2,000 characters. */
  receipt: string | null;
}

/** Sends a filing once. It rejects when there is no answer. */
export type Deliver = (filing: { key: string; body: string }, now: number) => Promise<Response>;

type Row = {
  key: string;
  body: string;
  state: FilingState;
  attempts: number;
  submitted: number;
  due: number | null;
  outcome: string | null;
  receipt: string | null;
};

const receiptCharacters = 2_000;
const bodyBytes = 256 * 2 ** 10;

/**
 * Filings on their way to a court's system. One is kept before it is acknowledged and until the court has answered; an attempt that was
 * cut short, or whose answer was lost, is made again under the same idempotency key.
 */
export class Outbox {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(storage: ObjectStorage, { clock, random }: { clock: Clock; random: () => number }) {
    this.#storage = storage;
    this.#clock = clock;
    this.#random = random;
    this.#query(
      "CREATE TABLE IF NOT EXISTS filings (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body TEXT, state TEXT, attempts INTEGER, submitted INTEGER, due INTEGER, outcome TEXT, receipt TEXT)",
    );
    this.#query("CREATE INDEX IF NOT EXISTS filings_due ON filings (due) WHERE state = 'waiting'");
  }

  /**
   * Takes a filing; the same one again changes nothing.
   * @throws ProblemError 409: another one has the key; 413
   */
  submit(key: string, body: string): Filing {
    if (new TextEncoder().encode(body).length > bodyBytes) {
      const detail = `A filing has at most ${bodyBytes} bytes; documents go by reference, with their digest.`;
      throw new ProblemError({ status: 413, title: "Filing too large", detail });
    }
    const [known] = this.#rows("WHERE key = ?", key);
    if (known === undefined) {
      const now = this.#clock.now();
      this.#query(
        "INSERT INTO filings (key, body, state, attempts, submitted, due) VALUES (?, ?, 'waiting', 0, ?, ?)",
        key,
        body,
        now,
        now,
      );
    } else if (known.body !== body) {
      const detail = `Another filing has the idempotency key ${key}. Send this one under a key of its own.`;
      throw new ProblemError({ status: 409, title: "Idempotency key used", detail });
    }
    return this.#filing(key);
  }

  /** Filings in the order in which they were submitted. */
  list(state: FilingState | undefined, limit: number): Filing[] {
    const rows =
      state === undefined
        ? this.#rows("ORDER BY id LIMIT ?", limit)
        : this.#rows("WHERE state = ? ORDER BY id LIMIT ?", state, limit);
    return rows.map(filingOf);
  }

  /** Tries a dead letter again from the start. @throws ProblemError 404, 409 */
  replay(key: string): Filing {
    const { state } = this.#filing(key);
    if (state !== "dead") {
      const detail = `The filing ${key} is ${state}; only dead letters are tried again.`;
      throw new ProblemError({ status: 409, title: "Not a dead letter", detail });
    }
    this.#query("UPDATE filings SET state = 'waiting', attempts = 0, due = ? WHERE key = ?", this.#clock.now(), key);
    return this.#filing(key);
  }

  /** When `attempt` has to be called next, in milliseconds since the epoch; undefined: nothing waits. */
  get nextDue(): number | undefined {
    return this.#rows("WHERE state = 'waiting' ORDER BY due LIMIT 1")[0]?.due ?? undefined;
  }

  /** Sends every filing that is due, one after the other. Called by the alarm, so the earliest is due whatever the clock says. */
  async attempt(deliver: Deliver): Promise<void> {
    const now = Math.max(this.#clock.now(), this.nextDue ?? 0);
    for (const { key, body, attempts } of this.#rows(
      "WHERE state = 'waiting' AND due <= ? ORDER BY id LIMIT 20",
      now,
    )) {
      const met = await this.#send(deliver, { key, body });
      if ("receipt" in met) this.#settle(key, "delivered", attempts + 1, met.outcome, met.receipt);
      else if (met.final || attempts + 1 >= mostAttempts) this.#settle(key, "dead", attempts + 1, met.outcome, null);
      else {
        const due = this.#clock.now() + delayAfter(attempts + 1, this.#random(), met.wish);
        this.#query(
          "UPDATE filings SET attempts = ?, due = ?, outcome = ? WHERE key = ?",
          attempts + 1,
          due,
          met.outcome,
          key,
        );
      }
    }
  }

  async #send(
    deliver: Deliver,
    filing: { key: string; body: string },
  ): Promise<{ outcome: string; receipt: string } | { outcome: string; final: boolean; wish?: number | undefined }> {
    try {
      const response = await deliver(filing, this.#clock.now());
      const answer = await beginningOf(response);
      const outcome = `the court answered ${response.status}`;
      if (response.ok) return { outcome, receipt: answer };
      if (response.status < 500 && ![408, 425, 429].includes(response.status)) return { outcome, final: true };
      const wish = retryAfterOf(response.headers.get("retry-after"), this.#clock.now());
      return { outcome, final: false, wish };
    } catch (error) {
      return {
        outcome: `no answer: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500),
        final: false,
      };
    }
  }

  #settle(key: string, state: FilingState, attempts: number, outcome: string, receipt: string | null): void {
    this.#query(
      "UPDATE filings SET state = ?, attempts = ?, outcome = ?, receipt = ?, due = NULL WHERE key = ?",
      state,
      attempts,
      outcome,
      receipt,
      key,
    );
  }

  #filing(key: string): Filing {
    const [row] = this.#rows("WHERE key = ?", key);
    if (row !== undefined) return filingOf(row);
    const detail = `There is no filing with the key ${key}. List the filings to see their keys.`;
    throw new ProblemError({ status: 404, title: "No such filing", detail });
  }

  #rows(rest: string, ...bindings: (string | number)[]): Row[] {
    return this.#query<Row>(
      `SELECT key, body, state, attempts, submitted, due, outcome, receipt FROM filings ${rest}`,
      ...bindings,
    );
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

function filingOf({ key, state, attempts, submitted, due, outcome, receipt }: Row): Filing {
  return {
    key,
    state,
    attempts,
    submittedAt: new Date(submitted).toISOString(),
    dueAt: due === null ? null : new Date(due).toISOString(),
    lastOutcome: outcome,
    receipt,
  };
}

/** An answer may be of any length; no more of it is read than is kept. */
async function beginningOf(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of response.body) {
    text += decoder.decode(part, { stream: true });
    if (text.length >= receiptCharacters) break;
  }
  return text.slice(0, receiptCharacters);
}
