import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { NewMaintenance } from "../../../contracts/ops-health.ts";
import type { Heartbeat, Registration } from "../../../contracts/ops-registry.ts";
import type { CertificateEnd } from "../../../contracts/ops-security.ts";
import { outcomeOf } from "../../problem/problem.ts";
import { AlarmSetter } from "../alarm-setter.ts";
import { alarmTime, planeClock } from "../clock.ts";
import { configurationOf } from "../configuration.ts";
import type { OpsEnvironment } from "../environment.ts";
import type { Families, PageQuery, ServiceQuery } from "../registry/registry-view.ts";
import { DirectoryKeeper } from "./directory-keeper.ts";
import type { DirectoryObject } from "./directory-object.ts";
import { worldOf } from "./world-of.ts";

/** What was not told is told again after so long, in milliseconds. */
const tellAgainAfter = 30_000;
/** Rounds that wait for the one that runs; there is no use in more. */
const mostWaiting = 2;

/** Who is there and how they are. One round runs at a time; the cron begins one each minute, the alarm those in between. */
export class Directory extends DurableObject<OpsEnvironment> implements DirectoryObject {
  readonly #keeper: DirectoryKeeper;
  readonly #alarm: AlarmSetter;
  readonly #environment: string;
  #now = (): number => Date.now();
  #rounds = Promise.resolve();
  #waiting = 0;

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    const { environment, url, families, synthetics } = configurationOf(env);
    this.#environment = environment;
    this.#alarm = new AlarmSetter(state.storage);
    this.#keeper = new DirectoryKeeper(state.storage, {
      world: worldOf(env),
      clock: { now: () => this.#now() },
      url,
      family: families[0] ?? "chittyos",
      pages: synthetics.map(({ name, family, url, status, contains }) => ({
        name,
        family,
        look: { url, status, ...(contains !== undefined && { body: { text: contains } }) },
      })),
    });
  }

  async round(at: number): Promise<void> {
    if (this.#waiting >= mostWaiting) return;
    this.#waiting += 1;
    const round = this.#rounds
      .then(() => this.#keeper.round(at))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#rounds = round.catch(() => {});
    await round;
    await this.#wake();
  }

  async alarm(): Promise<void> {
    this.#alarm.taken(Date.now());
    await this.#tick();
    await this.round(this.#now());
  }

  async summary(families: Families) {
    await this.#tick();
    return this.#keeper.view.summary(families);
  }

  async list(query: ServiceQuery) {
    await this.#tick();
    return this.#keeper.view.list(query);
  }

  async get(name: string, families: Families) {
    await this.#tick();
    return this.#keeper.view.get(name, families);
  }

  async days(names: readonly string[]) {
    await this.#tick();
    return this.#keeper.view.days(names);
  }

  async latency(name: string) {
    await this.#tick();
    return this.#keeper.view.latency(name);
  }

  async check(name: string) {
    await this.#tick();
    const outcome = await outcomeOf(() => this.#keeper.check(name));
    await this.#wake();
    return outcome;
  }

  async tools(query: PageQuery) {
    return this.#keeper.entries.tools(query);
  }

  async stats(families: Families) {
    await this.#tick();
    return this.#keeper.view.stats(families);
  }

  async categories(families: Families) {
    return this.#keeper.entries.categories(families);
  }

  async manifest(query: PageQuery) {
    return this.#keeper.entries.manifest(query, this.#environment);
  }

  async mcpServers(query: PageQuery) {
    return this.#keeper.entries.mcpServers(query);
  }

  async setCertificates(certificates: readonly CertificateEnd[]) {
    this.#keeper.setCertificates(certificates);
  }

  async challenge(name: string, endpoint: string) {
    await this.#tick();
    return outcomeOf(() => this.#keeper.challenge(name, endpoint));
  }

  async register(registration: Registration) {
    await this.#tick();
    return outcomeOf(() => this.#keeper.register(registration));
  }

  async heartbeat(id: string, token: string, heartbeat: Heartbeat) {
    await this.#tick();
    return outcomeOf(() => this.#keeper.heartbeat(id, token, heartbeat));
  }

  async registered(id: string) {
    return this.#keeper.registered(id);
  }

  async deregister(id: string) {
    await this.#tick();
    await this.#keeper.deregister(id);
  }

  async planMaintenance(window: NewMaintenance, by: string) {
    await this.#tick();
    return outcomeOf(() => this.#keeper.planMaintenance(window, by));
  }

  async maintenance(families: Families, after: string | undefined, limit: number) {
    await this.#tick();
    return this.#keeper.maintenance(families, after, limit);
  }

  async maintenanceWindow(id: string) {
    await this.#tick();
    return this.#keeper.maintenanceWindow(id);
  }

  async endMaintenance(id: string) {
    await this.#tick();
    this.#keeper.endMaintenance(id);
  }

  async #tick(): Promise<void> {
    this.#now = (await planeClock(this.env)).now;
  }

  async #wake(): Promise<void> {
    const look = this.#keeper.nextLook();
    const now = this.#now();
    // What is over already is made up for by the next cron: the clock is being advanced.
    if (look !== undefined && look > now) await this.#alarm.by(alarmTime(look), Date.now());
    if (!(await this.#keeper.send())) await this.#alarm.by(alarmTime(now + tellAgainAfter), Date.now());
  }
}
