import type { NewOperation, Operation, OperationPage } from "../../../contracts/ops-operations.ts";
import { ProblemError } from "../../problem/problem.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";

/** What an operation does with the rest of the plane. Each may be called again after an answer that was lost. */
export interface OperationWork {
  /** @returns id of the window; the same one for the same operation */
  beginMaintenance(operation: Operation, endsAt: string): Promise<string>;
  endMaintenance(window: string): Promise<void>;
  /** How the first deployment of the stack that ended after a time ended; undefined: none has. */
  deployment(operation: Operation, after: string): Promise<"done" | "failed" | undefined>;
  /** Names of services that are not healthy. */
  unhealthy(operation: Operation): Promise<string[]>;
  /** Says that it went wrong. */
  raise(operation: Operation, reason: string): Promise<void>;
}

/** Kept with it and not shown. */
interface Kept {
  operation: Operation;
  window?: string;
  failure?: string;
}

const lookAgainMilliseconds = 15_000;
const mostRunning = 20;
const mostHistory = 100;
const mostKept = 5_000;
const schema = [
  [
    "CREATE TABLE IF NOT EXISTS operations (number INTEGER PRIMARY KEY AUTOINCREMENT, family TEXT, due INTEGER, kept TEXT)",
    "CREATE INDEX IF NOT EXISTS operations_due ON operations (due)",
  ],
];

/**
 * Operations across services: maintenance on, drain, deploy, verify, maintenance off. Whatever goes wrong on the way is undone: the maintenance
 * ends, so that health counts again, and an incident says what is left to do. What is stored is where each stands; a process that ends in the
 * middle makes the step again.
 */
export class OperationKeeper {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  readonly #work: OperationWork;

  constructor(storage: ObjectStorage, clock: Clock, work: OperationWork) {
    migrate(storage, "operations", schema);
    this.#storage = storage;
    this.#clock = clock;
    this.#work = work;
  }

  /** @throws ProblemError 409 */
  start(given: NewOperation, by: string): Operation {
    const running = this.#query<{ kept: string }>("SELECT kept FROM operations WHERE due IS NOT NULL").map(keptOf);
    const other = running.find(({ operation: { stack } }) => stack === given.stack);
    if (other !== undefined) {
      const detail = `${other.operation.id} is at the stack ${given.stack}. Wait for its end, or cancel it.`;
      throw new ProblemError({ status: 409, title: "Stack in use", detail });
    }
    if (running.length >= mostRunning) {
      throw new ProblemError({ status: 409, title: "Too many operations", detail: `${mostRunning} are under way.` });
    }
    const now = this.#clock.now();
    const at = new Date(now).toISOString();
    return this.#storage.transactionSync(() => {
      const [{ number } = { number: 0 }] = this.#query<{ number: number }>(
        "INSERT INTO operations (family, due) VALUES (?, ?) RETURNING number",
        given.family,
        now,
      );
      const operation: Operation = {
        ...given,
        id: `op-${number}`,
        by,
        state: "running",
        step: "maintenance",
        startedAt: at,
        stepSince: at,
        history: [{ at, text: `started by ${by}` }],
      };
      this.#save({ operation }, now);
      this.#query("DELETE FROM operations WHERE due IS NULL AND number <= ?", number - mostKept);
      return operation;
    });
  }

  list(families: "all" | string[], after: string | undefined, limit: number): OperationPage {
    const among = families === "all" ? "" : `AND family IN (${families.map(() => "?").join(", ")})`;
    const rows = this.#query<{ kept: string }>(
      `SELECT kept FROM operations WHERE number < ? ${among} ORDER BY number DESC LIMIT ?`,
      after === undefined ? Number.MAX_SAFE_INTEGER : numberOf(after),
      ...(families === "all" ? [] : families),
      limit + 1,
    );
    const operations = rows.slice(0, limit).map((row) => keptOf(row).operation);
    const next = rows.length > limit ? operations.at(-1)?.id : undefined;
    return { operations, ...(next !== undefined && { next }) };
  }

  get(id: string): Operation | undefined {
    return this.#kept(id)?.operation;
  }

  /** What was begun is undone. @throws ProblemError 404, 409 */
  cancel(id: string, by: string): Operation {
    const kept = this.#kept(id);
    if (kept === undefined)
      throw new ProblemError({ status: 404, title: "No such operation", detail: `There is no ${id}.` });
    if (kept.operation.state !== "running") {
      const detail = `${id} is ${kept.operation.state}: there is nothing to cancel.`;
      throw new ProblemError({ status: 409, title: "Not running", detail });
    }
    return this.#fail(kept, `cancelled by ${by}`);
  }

  get nextDue(): number | undefined {
    return this.#query<{ due: number | null }>("SELECT min(due) AS due FROM operations")[0]?.due ?? undefined;
  }

  /** Takes every operation that is due as far as it goes now. One that cannot go on because the plane fails is tried again. */
  async run(): Promise<void> {
    for (const { number } of this.#query<{ number: number }>(
      "SELECT number FROM operations WHERE due <= ? ORDER BY due",
      this.#clock.now(),
    )) {
      try {
        while (await this.#advance(`op-${number}`)) {}
      } catch (error) {
        const kept = this.#kept(`op-${number}`);
        if (error instanceof ProblemError && kept?.operation.state === "running") {
          this.#fail(kept, error.message);
          continue;
        }
        console.error(error);
        this.#query(
          "UPDATE operations SET due = ? WHERE number = ?",
          this.#clock.now() + lookAgainMilliseconds,
          number,
        );
      }
    }
  }

  /** @returns whether it may go on at once */
  async #advance(id: string): Promise<boolean> {
    const kept = this.#kept(id);
    if (kept === undefined) return false;
    const { operation } = kept;
    if (operation.state === "undoing") return this.#undo(kept);
    if (operation.state !== "running") return false;
    const since = Date.parse(operation.stepSince);
    const over = (seconds: number) => this.#clock.now() >= since + seconds * 1_000;
    switch (operation.step) {
      case "maintenance": {
        const { drainSeconds, deployWithinSeconds, verifyWithinSeconds } = operation;
        const ends =
          Date.parse(operation.startedAt) + (drainSeconds + deployWithinSeconds + verifyWithinSeconds + 600) * 1_000;
        const window = await this.#work.beginMaintenance(operation, new Date(ends).toISOString());
        // It may have been cancelled meanwhile: the window is ended then.
        const now = this.#kept(id) ?? kept;
        if (now.operation.state !== "running") return this.#keep({ ...now, window });
        return this.#go({ ...kept, window }, "drain", "maintenance is on");
      }
      case "drain":
        if (!over(operation.drainSeconds)) return this.#wait(kept, since + operation.drainSeconds * 1_000);
        return this.#go(kept, "deploy", `drained; now deploy ${operation.stack}`);
      case "deploy": {
        const ended = await this.#work.deployment(operation, operation.stepSince);
        if (this.#isOvertaken(kept)) return true;
        if (ended === "done") return this.#go(kept, "verify", "deployed");
        if (ended === "failed") this.#fail(kept, "the deployment failed");
        else if (over(operation.deployWithinSeconds))
          this.#fail(kept, `no deployment within ${operation.deployWithinSeconds} s`);
        else return this.#wait(kept, this.#clock.now() + lookAgainMilliseconds);
        return true;
      }
      case "verify": {
        const bad = await this.#work.unhealthy(operation);
        if (this.#isOvertaken(kept)) return true;
        if (bad.length > 0) {
          if (!over(operation.verifyWithinSeconds)) return this.#wait(kept, this.#clock.now() + lookAgainMilliseconds);
          this.#fail(kept, `not healthy after the deployment: ${bad.join(", ")}`);
          return true;
        }
        if (kept.window !== undefined) await this.#work.endMaintenance(kept.window);
        if (this.#isOvertaken(kept)) return true;
        this.#end(kept, "done", "all are healthy; maintenance is off");
        return false;
      }
    }
  }

  async #undo(kept: Kept): Promise<boolean> {
    if (kept.window !== undefined) await this.#work.endMaintenance(kept.window);
    await this.#work.raise(kept.operation, kept.failure ?? "");
    this.#end(kept, "undone", "maintenance is off");
    return false;
  }

  #fail(kept: Kept, failure: string): Operation {
    const failed: Kept = { ...kept, failure, operation: this.#told({ ...kept.operation, state: "undoing" }, failure) };
    this.#save(failed, this.#clock.now());
    return failed.operation;
  }

  #go(kept: Kept, step: Operation["step"], text: string): true {
    const stepSince = new Date(this.#clock.now()).toISOString();
    this.#save({ ...kept, operation: this.#told({ ...kept.operation, step, stepSince }, text) }, this.#clock.now());
    return true;
  }

  #keep(kept: Kept): true {
    this.#save(kept, this.#clock.now());
    return true;
  }

  #wait(kept: Kept, due: number): false {
    this.#save(kept, due);
    return false;
  }

  #end(kept: Kept, state: "done" | "undone", text: string): void {
    const endedAt = new Date(this.#clock.now()).toISOString();
    this.#save({ ...kept, operation: this.#told({ ...kept.operation, state, endedAt }, text) }, null);
  }

  #told(operation: Operation, text: string): Operation {
    const at = new Date(this.#clock.now()).toISOString();
    return { ...operation, history: [...operation.history, { at, text }].slice(-mostHistory) };
  }

  /** While others were asked, somebody may have cancelled it: what is stored counts. */
  #isOvertaken({ operation: { id } }: Kept): boolean {
    return this.#kept(id)?.operation.state !== "running";
  }

  #kept(id: string): Kept | undefined {
    const [row] = this.#query<{ kept: string }>("SELECT kept FROM operations WHERE number = ?", numberOf(id));
    return row && keptOf(row);
  }

  #save(kept: Kept, due: number | null): void {
    this.#query(
      "UPDATE operations SET due = ?, kept = ? WHERE number = ?",
      due,
      JSON.stringify(kept),
      numberOf(kept.operation.id),
    );
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

const keptOf = ({ kept }: { kept: string }): Kept => JSON.parse(kept);
const numberOf = (id: string): number => Number(/^op-(\d{1,15})$/.exec(id)?.[1] ?? 0);
