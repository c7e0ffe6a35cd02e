import type { Heartbeat, NewHeartbeat } from "../../../contracts/ops-alerts.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { Attempted, DeliveryRequest } from "../delivery/send-request.ts";

interface Beat {
  url: string;
  everySeconds: number;
  due: number;
  held?: string;
  lastAt?: number;
  lastOutcome?: string;
}

/** Tells an outside switch that the plane lives and its alerts arrive; when it is not told, it calls for help by itself. */
export class DeadManSwitch {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  set({ url, everySeconds }: NewHeartbeat, now: number): void {
    this.#save({ url, everySeconds, due: now });
  }

  remove(): void {
    this.#storage.sql.exec("DELETE FROM heartbeat");
  }

  /** Its address without what is secret. */
  report(): Heartbeat | undefined {
    const beat = this.#beat();
    if (beat === undefined) return undefined;
    const { url, everySeconds, held, lastAt, lastOutcome } = beat;
    return {
      address: new URL(url).origin,
      everySeconds,
      ...(held !== undefined && { held }),
      ...(lastAt !== undefined && { lastAt: new Date(lastAt).toISOString() }),
      ...(lastOutcome !== undefined && { lastOutcome }),
    };
  }

  get nextDue(): number | undefined {
    return this.#beat()?.due;
  }

  /**
   * Beats if it is time to.
   * @param trouble why alerts do not arrive: the beat is held back then, so that the switch calls @returns what the beat met, if one was sent
   */
  async beat(
    now: number,
    trouble: string | undefined,
    send: (request: DeliveryRequest) => Promise<Attempted>,
  ): Promise<Attempted | undefined> {
    const beat = this.#beat();
    if (beat === undefined || beat.due > now) return undefined;
    const { held: _, ...known } = beat;
    const next = { ...known, due: now + beat.everySeconds * 1_000 };
    if (trouble !== undefined) {
      this.#save({ ...next, held: trouble });
      return undefined;
    }
    // Whatever comes of it, the next one is due in time.
    this.#save(next);
    const met = await send({ url: beat.url, headers: { "content-type": "application/json" }, body: "{}" });
    // It may have been removed, or be another, by the time it answered.
    if (this.#beat()?.url === beat.url) this.#save({ ...next, lastAt: now, lastOutcome: met.outcome });
    return met;
  }

  #beat(): Beat | undefined {
    const [row] = this.#storage.sql.exec<{ beat: string }>("SELECT beat FROM heartbeat").toArray();
    return row && JSON.parse(row.beat);
  }

  #save(beat: Beat): void {
    this.#storage.sql.exec("INSERT OR REPLACE INTO heartbeat VALUES (1, ?)", JSON.stringify(beat));
  }
}
