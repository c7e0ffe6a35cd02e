import type { CloudEvent } from "../../../../contracts/ops-events.ts";
import type { Signal } from "../../../../contracts/ops-incidents.ts";
import { type RegistryRecord, registryRecord } from "../../../../contracts/registry-record.ts";
import { memoryStorage } from "../../../storage/testing/memory-storage.ts";
import type { Page } from "../../health/health-keeper.ts";
import { OutboundError } from "../../outbound/fetch-safely.ts";
import { DirectoryKeeper, type World } from "../directory-keeper.ts";

/** What a service answers: that it is fine, a status, a text, or nothing. */
export type Answer = "ok" | "dead" | number | { body: string };

/** Services under a directory, on a clock that tests advance: a cron each minute, and alarms in between. */
export class WatchedEstate {
  readonly storage = memoryStorage();
  readonly catalog = new Map<string, RegistryRecord>();
  /** By URL. */
  readonly answers = new Map<string, Answer>();
  /** What the incident desk was told. */
  readonly notices: string[] = [];
  readonly raised: Signal[] = [];
  readonly events: CloudEvent[] = [];
  asked = 0;
  now = Date.parse("2026-11-26T12:00:00Z");
  canary: boolean | undefined;
  /** Whether the incident desk answers, and the registry's store. */
  desk = true;
  store = true;
  keeper: DirectoryKeeper;
  readonly #pages: Page[];

  constructor(pages: Page[] = []) {
    this.#pages = pages;
    this.keeper = this.restart();
  }

  /** As after an eviction: another object over what the one before left behind. */
  restart(): DirectoryKeeper {
    this.keeper = new DirectoryKeeper(this.storage, {
      world: this.#world(),
      clock: { now: () => this.now },
      url: "https://ops.chitty.cc",
      family: "chittyos",
      pages: this.#pages,
    });
    return this.keeper;
  }

  /** @param needs names of services; of databases with a slash */
  deploy(name: string, more: Partial<RegistryRecord> & { needs?: string[] } = {}): string {
    const { needs = [], ...fields } = more;
    const url = `https://${name}.chitty.cc/health`;
    this.catalog.set(
      name,
      registryRecord.parse({
        name,
        uri: `chittycanon://core/services/${name}`,
        description: `What ${name} does.`,
        entity_type: "service",
        subtype: "worker",
        family: "chittyos",
        environment: "prod",
        tier: 2,
        owner: "chittyos",
        data_class: "internal",
        version: "1",
        endpoints: [url],
        health_check: { url, expect: "ok" },
        dependencies: needs.map((need) => ({ kind: need.includes("/") ? "database" : "service", name: need })),
        status: "active",
        ...fields,
      }),
    );
    this.answer(name, "ok");
    return url;
  }

  answer(name: string, answer: Answer): void {
    this.answers.set(`https://${name}.chitty.cc/health`, answer);
  }

  /** A minute at once, as when the clock is advanced: nothing wakes in between. */
  async round(): Promise<void> {
    this.now += 60_000;
    await this.keeper.round(this.now);
  }

  /** Lets minutes go by. @param each before each minute */
  async pass(minutes: number, each?: (minute: number) => void): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      each?.(minute);
      const cron = this.now - (this.now % 60_000) + 60_000;
      for (let next = this.keeper.nextLook(); next !== undefined && next < cron; next = this.keeper.nextLook()) {
        if (next <= this.now) break;
        this.now = next;
        await this.keeper.round(this.now);
      }
      this.now = cron;
      await this.keeper.round(this.now);
    }
  }

  health(name: string): string | undefined {
    return this.keeper.view.get(name, "all")?.health;
  }

  #world(): World {
    return {
      get: async (url) => {
        this.asked += 1;
        const answer = this.answers.get(url) ?? "dead";
        if (answer === "dead") throw new OutboundError("no answer within 5 s", false);
        const body = answer === "ok" ? '{"status":"ok"}' : typeof answer === "object" ? answer.body : "";
        return { status: typeof answer === "number" ? answer : 200, headers: new Headers(), body };
      },
      records: {
        names: async () => {
          if (!this.store) throw new Error("KV does not answer");
          return [...this.catalog.keys()];
        },
        read: async (names) => names.flatMap((name) => this.catalog.get(name) ?? []),
      },
      canary: async () => this.canary as boolean,
      incidents: {
        raise: async (signal) => {
          if (!this.desk) throw new Error("the incident desk does not answer");
          this.raised.push(signal);
          this.notices.push(`raise ${signal.fingerprint}`);
          return { id: signal.fingerprint, opened: true };
        },
        clear: async (fingerprint) => {
          if (!this.desk) throw new Error("the incident desk does not answer");
          this.notices.push(`clear ${fingerprint}`);
        },
      },
      events: { publish: async (event) => ({ sequence: this.events.push(event), known: false }) },
    };
  }
}
