import { readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type LocalDaemon, type LocalTokens, localSeed, localTokens } from "../../contracts/local.ts";
import { createControlApp } from "./control/app.ts";
import { createFaults } from "./control/faults.ts";
import { controlListener } from "./control/listener.ts";
import { createRequestLog } from "./control/request-log.ts";
import { daemonFiles, writeWhole } from "./daemon/files.ts";
import { listenOnKeptPorts, PortInUse } from "./daemon/ports.ts";
import { endOrphans, recordProcesses } from "./daemon/processes.ts";
import { takeLock } from "./daemon/single-instance.ts";
import { createEdge } from "./edge/edge.ts";
import { fileLog } from "./log.ts";
import { createNeon } from "./neon/neon.ts";
import { openPostgresFleet } from "./postgres/fleet.ts";
import { openClock } from "./runtime/local-clock.ts";
import { startRuntime } from "./runtime/runtime.ts";
import { watchWorkerdChildren } from "./runtime/workerd-children.ts";
import { localAccounts, localNeonOrganizations, seedStore } from "./store/seed.ts";
import { openStore } from "./store/store.ts";
import { StoreCorrupt } from "./store/store-corrupt.ts";

/** Exit codes that `client.ts` understands. */
const exitUserError = 2;
const exitAlreadyRunning = 3;

const { values } = parseArgs({ options: { home: { type: "string" }, seed: { type: "string" } } });
if (!values.home) {
  console.error(
    "Usage: daemon.ts --home DIR [--seed FILE]; without --seed, the seed (JSON) is read from the standard input.",
  );
  process.exit(exitUserError);
}
const home = resolve(values.home);
const files = daemonFiles(home);
const lock = takeLock(files.lock);
if (!lock) {
  console.error(`An embedded cloud is already running (or starting) for ${home}.`);
  process.exit(exitAlreadyRunning);
}

const secrets = new Set<string>();
const log = fileLog(files.log, { secrets: () => secrets });
process.on("unhandledRejection", (reason) => log.error(`unhandled rejection: ${describe(reason)}`));
process.on("uncaughtException", (error) => {
  log.error(`uncaught exception: ${describe(error)}`);
  console.error(describe(error));
  process.exit(1);
});

try {
  await serve();
} catch (error) {
  const expected = error instanceof PortInUse || error instanceof StoreCorrupt;
  const text = expected ? error.message : describe(error);
  log.error(text);
  console.error(text);
  process.exit(expected ? exitUserError : 1);
}

async function serve(): Promise<void> {
  rmSync(files.descriptor, { force: true });
  const orphans = await endOrphans(files.processes);
  if (orphans > 0) log.warn(`ended ${orphans} workerd process(es) that an earlier daemon left behind`);
  recordProcesses(files.processes, []);

  const store = openStore(files.cloud);
  const seed = localSeed.parse(JSON.parse(readFileSync(values.seed ?? 0, "utf8") || '{"accounts":[]}'));
  const tokens = seedStore(store, seed, knownTokens());
  for (const token of [tokens.admin, ...Object.values(tokens.accounts), ...Object.values(tokens.neon)])
    secrets.add(token);
  writeWhole(files.tokens, JSON.stringify(tokens, null, 2), 0o600);

  // Both listen before anything else starts, so that a taken port costs nothing; requests wait until there is something to answer them.
  const control = heldServer();
  const edge = heldServer();
  const ports = await listenOnKeptPorts({ control: control.server, edge: edge.server }, files.ports);

  const clock = openClock(files.clock);
  const fleet = await openPostgresFleet({ directory: files.postgres, log });
  const neon = createNeon({ store, clock, fleet, log });
  await neon.open();

  // Miniflare's temporary files go where the next start cleans up.
  process.env.TMPDIR = join(files.cloud, "tmp");
  const children = watchWorkerdChildren((alive) =>
    recordProcesses(
      files.processes,
      alive.flatMap(({ pid }) => pid ?? []),
    ),
  );
  const runtime = await startRuntime({
    directory: files.cloud,
    store,
    clock,
    log,
    children,
    secrets,
    edgeAddress: `127.0.0.1:${ports.edge}`,
  });
  const requestLog = createRequestLog();
  const app = createControlApp({ store, runtime, clock, requestLog, faults: createFaults(), neon });
  control.serve(createServer(controlListener(app)));
  edge.serve(createEdge(runtime));
  await runtime.settled();

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info(`stopping on ${signal}`);
    rmSync(files.descriptor, { force: true });
    await Promise.all([control.close(), edge.close()]);
    await Promise.all([runtime.stop(), neon.stop()]);
    store.close();
    lock?.release();
    log.info("stopped");
    process.exit(0);
  };
  // Before the descriptor: whoever reads it may ask for the end at once.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Miniflare's own handlers would end the process at once.
    process.removeAllListeners(signal);
    process.on(signal, () => void stop(signal));
  }

  const descriptor: LocalDaemon = {
    version: 1,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    controlUrl: `http://127.0.0.1:${ports.control}`,
    edgeUrl: `http://127.0.0.1:${ports.edge}`,
    accounts: localAccounts(store),
    neonOrganizations: localNeonOrganizations(store),
  };
  writeWhole(files.descriptor, JSON.stringify(descriptor, null, 2));
  log.info(`serving: control API on ${descriptor.controlUrl}, edge on ${descriptor.edgeUrl}`);
}

function knownTokens(): LocalTokens | undefined {
  try {
    return localTokens.parse(JSON.parse(readFileSync(files.tokens, "utf8")));
  } catch {
    return undefined;
  }
}

/** A listening server whose requests wait until `serve` says what answers them. */
function heldServer(): { server: Server; serve(by: Server): void; close(): Promise<void> } {
  const server = createServer();
  const early: (() => void)[] = [];
  let target: Server | undefined;
  for (const event of ["request", "upgrade"] as const) {
    server.on(event, (...parts: unknown[]) => {
      if (target) target.emit(event, ...parts);
      else early.push(() => target?.emit(event, ...parts));
    });
  }
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  return {
    server,
    serve(by) {
      target = by;
      for (const answer of early.splice(0)) answer();
    },
    /** Lets requests end for a while, then closes what is left. */
    close: () =>
      new Promise((done) => {
        const hurry = setTimeout(() => server.closeAllConnections(), 5000);
        server.close(() => {
          clearTimeout(hurry);
          done();
        });
        server.closeIdleConnections();
      }),
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
