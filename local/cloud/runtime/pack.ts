import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Miniflare, type MiniflareOptions, type WorkerdStructuredLog } from "miniflare";
import { Pool } from "undici";
import { packOptions } from "./pack-options.ts";
import type { Unit } from "./unit.ts";
import type { DaemonAddress } from "./unit-bindings.ts";
import type { WorkerdChildren } from "./workerd-children.ts";

/** What every workerd process here has in common. */
export interface PackContext {
  daemon: DaemonAddress;
  /** Folder for files that last as long as a process. */
  temporaryDirectory: string;
  children: WorkerdChildren;
  onLog(pack: Pack, line: WorkerdStructuredLog): void;
}

/** Where a unit of a pack is reached. */
export interface UnitAddress {
  /** HTTP straight to the unit. */
  http: Pool;
  url: URL;
  unit: Unit;
}

/** One workerd process with the link Worker and some units. */
export class Pack {
  readonly name: string;
  /** For the log: the scripts in it. */
  readonly label: string;
  readonly units: readonly Unit[];
  /** `127.0.0.1:<port>` of workerd's debug port. */
  address = "";
  /** Whether calls may be sent to it. */
  serving = false;
  /** No call is sent to it ever again, even if its workerd comes back once more. */
  #ending = false;
  /** Units because of which it is ended: they did not let it answer. */
  guilty: ReadonlySet<string> = new Set();
  /** When workerd died by itself; milliseconds since the epoch. */
  readonly crashes: number[] = [];
  /** Requests of the edge and events on their way, with the unit that has them. */
  readonly #inFlight = new Map<symbol, string>();
  /** Called when workerd died by itself and when it is back. */
  onDown: () => void = () => {};
  onUp: () => void = () => {};
  #miniflare: Miniflare | undefined;
  #pools = new Map<string, { http: Pool; url: URL }>();
  #link: Pool | undefined;
  /** Settles when workerd listens; a new one while it restarts. */
  #up = Promise.withResolvers<void>();
  #stopped = false;
  readonly #context: PackContext;
  readonly #registryDirectory: string;
  readonly #options: (registryDirectory: string, pack: Pack) => MiniflareOptions;

  private constructor(
    context: PackContext,
    units: readonly Unit[],
    options: (registryDirectory: string, pack: Pack) => MiniflareOptions,
  ) {
    this.name = `pack-${randomUUID().slice(0, 8)}`;
    this.units = units;
    const scripts = units.map(({ spec }) => spec.scriptName);
    this.label =
      scripts.length === 0
        ? this.name
        : `${this.name} (${scripts.slice(0, 5).join(", ")}${scripts.length > 5 ? ", …" : ""})`;
    this.#context = context;
    this.#options = options;
    this.#registryDirectory = join(context.temporaryDirectory, this.name);
  }

  /** Starts a process for `units`. @throws what workerd said when it does not start. */
  static async start(
    context: PackContext,
    units: Unit[],
    place: { objectsDirectory?: string; storageAddress: string },
  ): Promise<Pack> {
    const pack = new Pack(context, units, (registryDirectory, self) =>
      packOptions({
        units,
        daemon: context.daemon,
        ...place,
        registryDirectory,
        onLog: (line) => context.onLog(self, line),
        onRestart: () => void self.#connect().then(() => self.onUp()),
      }),
    );
    await pack.#start();
    return pack;
  }

  /** Starts a process from options of its own; they must hold the link Worker. */
  static async startWith(
    context: PackContext,
    options: (
      registryDirectory: string,
      onLog: (line: WorkerdStructuredLog) => void,
      onRestart: () => void,
    ) => MiniflareOptions,
  ): Promise<Pack> {
    const pack = new Pack(context, [], (registryDirectory, self) =>
      options(
        registryDirectory,
        (line) => context.onLog(self, line),
        () => void self.#connect().then(() => self.onUp()),
      ),
    );
    await pack.#start();
    return pack;
  }

  async #start(): Promise<void> {
    mkdirSync(this.#registryDirectory, { recursive: true });
    const miniflare = this.#context.children.own(
      this.name,
      () => new Miniflare(this.#options(this.#registryDirectory, this)),
    );
    this.#miniflare = miniflare;
    try {
      await this.#context.children.own(this.name, () => miniflare.ready);
      await this.#connect();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #connect(): Promise<void> {
    const miniflare = this.#miniflare;
    if (!miniflare || this.#stopped) return;
    const registered = JSON.parse(readFileSync(join(this.#registryDirectory, "link"), "utf8")) as {
      debugPortAddress: string;
    };
    this.address = registered.debugPortAddress;
    const old = this.#allPools();
    for (const { id } of this.units) {
      const url = await miniflare.unsafeGetDirectURL(id);
      this.#pools.set(id, { http: pool(url), url });
    }
    this.#link = pool(await miniflare.unsafeGetDirectURL("link"));
    for (const gone of old) if (!gone.destroyed) void gone.destroy();
    this.#up.resolve();
    this.#context.children.of(this.name)?.once("exit", () => {
      if (this.#stopped) return;
      this.#up = Promise.withResolvers();
      this.onDown();
    });
  }

  /** The process id of workerd, while it runs. */
  get pid(): number | undefined {
    return this.#context.children.of(this.name)?.pid;
  }

  /** Lets calls in, unless it is about to end. */
  open(): void {
    this.serving = !this.#ending;
  }

  /** Lets no more calls in. */
  close(): void {
    this.#ending = true;
    this.serving = false;
  }

  unit(id: string): UnitAddress | undefined {
    const unit = this.units.find((one) => one.id === id);
    const pool = this.#pools.get(id);
    return unit && pool ? { unit, ...pool } : undefined;
  }

  /** Counts a request or event of a unit until the returned function is called. */
  enter(unitId: string): () => void {
    const entry = Symbol(unitId);
    this.#inFlight.set(entry, unitId);
    return () => void this.#inFlight.delete(entry);
  }

  /** The requests and events on their way, each a value of its own. */
  get inFlight(): ReadonlyMap<symbol, string> {
    return this.#inFlight;
  }

  /**
   * Asks the link Worker of this process; waits while workerd restarts.
   * @param path e.g. `scheduled/<unit>`. @throws with what it answered unless that is a success.
   */
  async link(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array; timeout?: number } = {},
  ): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }> {
    await (options.timeout === undefined
      ? this.#up.promise
      : Promise.race([this.#up.promise, expire(options.timeout)]));
    if (!this.#link || this.#stopped) throw new Error(`${this.name} is not running`);
    const answer = await this.#link.request({
      path: `/${path}`,
      method: (options.method ?? "GET") as "GET",
      headers: { ...options.headers, authorization: `Bearer ${this.#context.daemon.secret}` },
      body: options.body ?? null,
      ...(options.timeout === undefined ? {} : { signal: AbortSignal.timeout(options.timeout) }),
    });
    const body = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode === 599) throw new Error(body.toString("utf8"));
    return { status: answer.statusCode, headers: answer.headers, body };
  }

  /** Tells the link Worker where everything lives. */
  async pushTable(table: object): Promise<void> {
    await this.link("table", { method: "POST", body: JSON.stringify({ ...table, self: this.address }), timeout: 2000 });
  }

  #allPools(): Pool[] {
    return [...[...this.#pools.values()].map(({ http }) => http), ...(this.#link ? [this.#link] : [])];
  }

  /** Ends the process at once. Whatever it had acknowledged is on the disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#up.resolve();
    const miniflare = this.#miniflare;
    this.#miniflare = undefined;
    await Promise.all(this.#allPools().map((one) => (one.destroyed ? undefined : one.destroy())));
    await miniflare?.dispose();
    rmSync(this.#registryDirectory, { recursive: true, force: true });
  }
}

async function expire(milliseconds: number): Promise<never> {
  await delay(milliseconds, undefined, { ref: false });
  throw new Error(`no answer within ${milliseconds} ms`);
}

function pool(url: URL): Pool {
  // Neither side may close a connection that the other is about to use: workerd keeps idle ones for 5 s.
  return new Pool(url.origin, {
    connections: 64,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 4000,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
