import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type {
  Budget,
  MetricsWindow,
  ResourceFinding,
  ServiceMetrics,
  ServiceUsage,
} from "../../../contracts/ops-metrics.ts";
import type { Scan, ScanPage, ScanRequest } from "../../../contracts/ops-security.ts";
import { AlarmSetter } from "../alarm-setter.ts";
import { alarmTime, planeClock } from "../clock.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { CatalogRecords } from "../registry/catalog-records.ts";
import { ScanKeeper } from "../security/scan-keeper.ts";
import type { ScanTarget } from "../security/scan-service.ts";
import { scanWorld } from "../security/scan-world.ts";
import { AccountFindings } from "./account-findings.ts";
import { BudgetKeeper } from "./budget-keeper.ts";
import { findingsPageOf } from "./findings-page.ts";
import { fiveMinutes, type Measurement } from "./measure.ts";
import { MeterKeeper } from "./meter-keeper.ts";
import type { MeterObject, MeterPage } from "./meter-object.ts";

/** What Workers did and cost, and what scans found. One: isolates hand in sums, a call a second each. */
export class Meter extends DurableObject<OpsEnvironment> implements MeterObject {
  readonly #meter: MeterKeeper;
  readonly #budgets: BudgetKeeper;
  readonly #scans: ScanKeeper;
  readonly #account: AccountFindings;
  readonly #alarm: AlarmSetter;
  #now = (): number => Date.now();
  /** What the registry has, some minutes old at most. */
  #targets: ScanTarget[] | undefined;

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    const clock = { now: () => this.#now() };
    this.#meter = new MeterKeeper(state.storage, clock);
    this.#budgets = new BudgetKeeper(state.storage, this.#meter, clock);
    this.#scans = new ScanKeeper(state.storage, scanWorld(env), clock);
    this.#account = new AccountFindings(state.storage);
    this.#alarm = new AlarmSetter(state.storage);
  }

  async add(measurements: Measurement[]): Promise<void> {
    await this.#wake();
    this.#meter.add(measurements);
  }

  async list(window: MetricsWindow, page: MeterPage): Promise<{ services: ServiceUsage[]; next?: string }> {
    await this.#wake();
    return this.#meter.list(window, page);
  }

  async service(name: string, window: MetricsWindow): Promise<ServiceMetrics | undefined> {
    await this.#wake();
    return this.#meter.service(name, window);
  }

  async family(service: string): Promise<string | undefined> {
    await this.#wake();
    return this.#meter.family(service);
  }

  async findings(page: MeterPage): Promise<{ findings: ResourceFinding[]; next?: string }> {
    await this.#wake();
    return findingsPageOf({ meter: this.#meter, account: this.#account }, page, this.#now());
  }

  budgets({ after, limit, families }: MeterPage): Budget[] {
    return this.#budgets.list(after, limit, families);
  }

  setBudget(service: string, dollarsPerMonth: number): Budget {
    return this.#budgets.set(service, dollarsPerMonth);
  }

  removeBudget(service: string): boolean {
    return this.#budgets.remove(service);
  }

  async beginScan(by: string, request: ScanRequest): Promise<Scan> {
    await this.#wake();
    if (request.account !== undefined) this.#account.replace(request.account);
    const begun = this.#scans.begin(by, request);
    await this.#alarmBy(this.#now());
    return begun;
  }

  scanPage(page: MeterPage): ScanPage {
    return this.#scans.page(page);
  }

  async alarm(): Promise<void> {
    await this.#setClock();
    this.#alarm.taken(alarmTime(this.#now()));
    // Set before anything can fail: what was cut short goes on.
    await this.#alarmBy(this.#now() + fiveMinutes);
    const targets = await this.#know();
    if (this.#scans.due) this.#scans.begin("plane");
    await this.#scans.step(targets);
    const desk = this.env.INCIDENT_DESK.getByName(onlyObject);
    await this.#budgets.watch(desk);
    await this.#scans.tell(desk);
    if (this.#scans.running) await this.#alarmBy(this.#now());
  }

  /** Time goes on, and the next look at budgets is set. */
  async #wake(): Promise<void> {
    await this.#setClock();
    await this.#alarmBy(this.#now() + fiveMinutes);
    if (this.#targets === undefined) await this.#know();
  }

  async #know(): Promise<ScanTarget[]> {
    const store = new CatalogRecords(this.env.REGISTRY_RECORDS);
    const records = await store.read(await store.names());
    this.#meter.know(
      records.flatMap(({ name, script, family }) => (script === undefined ? [] : [{ service: name, script, family }])),
    );
    this.#targets = records.flatMap(({ name, family, endpoints: [url] }) =>
      url === undefined ? [] : [{ service: name, family, url }],
    );
    return this.#targets;
  }

  #alarmBy(at: number): Promise<void> {
    return this.#alarm.by(alarmTime(at), alarmTime(this.#now()));
  }

  async #setClock(): Promise<void> {
    const clock = await planeClock(this.env);
    this.#now = () => clock.now();
  }
}
