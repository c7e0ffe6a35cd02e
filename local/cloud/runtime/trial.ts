import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { Pool } from "undici";
import type { TryResult, WorkerBinding, WorkerSpec } from "../types.ts";
import { isHung } from "./is-hung.ts";
import { ownCompatibilityDate, quietInstance } from "./pack-options.ts";
import type { WorkerdChildren } from "./workerd-children.ts";

/** Loads uploads one by one, each in an isolate of its own, in a workerd where nothing else runs. */
export interface Trial {
  run(spec: WorkerSpec): Promise<TryResult>;
  stop(): Promise<void>;
}

const owner = "trial";
/** Milliseconds. Cloudflare gives a script 1 s of processor time to start: https://developers.cloudflare.com/workers/platform/limits/ */
const patience = 2000;
const idleTimeout = 20_000;
/** Isolates of past uploads stay in the process until it ends. */
const uploadsPerProcess = 200;

interface TrialProcess {
  miniflare: Miniflare;
  http: Pool;
  uploads: number;
  running: number;
}

export function createTrial(options: {
  children: WorkerdChildren;
  registryDirectory: string;
  startTimeout?: number;
}): Trial {
  let process: Promise<TrialProcess> | undefined;
  let idle: NodeJS.Timeout | undefined;
  /** Uploads that hung together all end the process they were in: it is ended once, and each waits for that. */
  const endings = new WeakMap<Promise<TrialProcess>, Promise<void>>();

  async function start(): Promise<TrialProcess> {
    const miniflare = options.children.own(owner, () => new Miniflare(trialOptions(options.registryDirectory)));
    const url = await options.children.own(owner, () => miniflare.ready);
    return { miniflare, http: new Pool(url.origin, { connections: 8 }), uploads: 0, running: 0 };
  }

  function acquire(): Promise<TrialProcess> {
    clearTimeout(idle);
    process ??= start().catch((error: unknown) => {
      process = undefined;
      throw error;
    });
    return process;
  }

  async function retire(which: Promise<TrialProcess> | undefined): Promise<void> {
    if (which === undefined) return;
    if (process === which) process = undefined;
    const ending = endings.get(which) ?? end(which);
    endings.set(which, ending);
    await ending;
  }

  async function end(which: Promise<TrialProcess>): Promise<void> {
    const ended = await which.catch(() => undefined);
    await ended?.http.destroy();
    await ended?.miniflare.dispose();
  }

  async function attempt(spec: WorkerSpec): Promise<TryResult | "hung"> {
    const mine = acquire();
    const trial = await mine;
    trial.uploads++;
    trial.running++;
    try {
      const answer = trial.http
        .request({ path: "/", method: "POST", body: JSON.stringify(upload(spec)) })
        .then(({ body }) => body.json() as Promise<TryResult>);
      if (!(await isHung(() => options.children.of(owner)?.pid, answer, { patience }))) return await answer;
    } catch {
      // The process was ended because of another upload, or died.
    } finally {
      trial.running--;
      if (trial.uploads >= uploadsPerProcess && trial.running === 0) await retire(mine);
      clearTimeout(idle);
      idle = setTimeout(() => void retire(process), idleTimeout).unref();
    }
    // One endless loop stops every upload in this process: end it, and let the others try again.
    await retire(mine);
    return "hung";
  }

  /** One that did not answer is tried once more with nothing beside it, so that another's endless loop is not held against it. */
  let alone: Promise<unknown> = Promise.resolve();
  return {
    async run(spec) {
      if (spec.modules.length === 0) return { ok: true, handlers: [], classes: [] };
      if (spec.modules.some(({ type }) => type === "python"))
        return { ok: false, message: "Python Workers are unavailable locally." };
      await alone;
      const first = await attempt(spec);
      if (first !== "hung") return first;
      const second = alone.then(() => attempt(spec));
      alone = second.catch(() => undefined);
      const result = await second;
      return result === "hung" ? { ok: false, message: "Script startup exceeded CPU time limit." } : result;
    },
    async stop() {
      clearTimeout(idle);
      await retire(process);
    },
  };
}

function trialOptions(registryDirectory: string): ConstructorParameters<typeof Miniflare>[0] {
  const contents = readFileSync(join(import.meta.dirname, "modules", "trial.worker.mjs"), "utf8");
  return {
    ...quietInstance,
    unsafeDevRegistryPath: registryDirectory,
    handleStructuredLogs: () => {},
    workers: [
      {
        config: {
          name: "trial",
          compatibilityDate: ownCompatibilityDate,
          compatibilityFlags: ["experimental"],
          manifest: { mainModule: "main.mjs", modulesRoot: "/", modules: { "main.mjs": { type: "esm", contents } } },
          env: { LOADER: { type: "worker-loader" } },
        },
        dev: { unsafeRegisterWorker: false, cacheAPI: false },
      },
    ],
  };
}

function upload(spec: WorkerSpec): object {
  return {
    compatibilityDate: spec.compatibilityDate,
    compatibilityFlags: spec.compatibilityFlags,
    mainModule: spec.mainModule,
    modules: spec.modules
      .filter(({ type }) => type !== "sourcemap")
      .map(({ name, type, content }) => ({ name, type, content: Buffer.from(content).toString("base64") })),
    env: Object.fromEntries(spec.bindings.map((binding) => [binding.name, atStart(binding)])),
  };
}

/** What a script may look at while it starts: values as they are; stores and services exist, but cannot be called yet. */
function atStart(binding: WorkerBinding): unknown {
  switch (binding.type) {
    case "plain_text":
    case "secret_text":
      return binding.text;
    case "json":
      return binding.json;
    default:
      return {};
  }
}
