import { spawn } from "node:child_process";
import { accessSync, closeSync, constants, openSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ServerFolder, socketPath, superuser } from "./server.ts";

/** A pgbouncer in front of one cluster, started when the first pooled session comes. */
export interface Pooler {
  /** Its socket. */
  start(server: ServerFolder): Promise<string>;
  stop(): Promise<void>;
}

interface Running {
  socket: string;
  ended: Promise<void>;
  stop(): Promise<void>;
}

const startDeadline = 20_000;

/** @returns path of pgbouncer, if one is installed. */
export function findPgbouncer(path = process.env.PATH ?? ""): string | undefined {
  // Debian puts it where ordinary users do not look.
  for (const folder of [...path.split(delimiter), "/usr/sbin", "/usr/local/sbin"]) {
    const file = join(folder || ".", "pgbouncer");
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** @param at where it keeps its files, and the number of its socket. */
export function createPooler(
  pgbouncer: string,
  at: { folder: string; port: number },
  maxConnections: () => number,
): Pooler {
  let running: Promise<Running> | undefined;
  return {
    async start(server) {
      running ??= startPgbouncer(pgbouncer, at, server, maxConnections());
      const started = running;
      const forget = (): void => {
        if (running === started) running = undefined;
      };
      void started.then(({ ended }) => ended.then(forget), forget);
      return (await started).socket;
    },
    async stop() {
      const stopping = running;
      running = undefined;
      await (await stopping?.catch(() => undefined))?.stop();
    },
  };
}

async function startPgbouncer(
  pgbouncer: string,
  at: { folder: string; port: number },
  server: ServerFolder,
  maxConnections: number,
): Promise<Running> {
  await rm(at.folder, { recursive: true, force: true });
  await mkdir(dirname(at.folder), { recursive: true, mode: 0o711 });
  await mkdir(at.folder, { mode: 0o700 });
  const password = readFileSync(join(server.folder, "superuser"), "utf8");
  await writeFile(join(at.folder, "users.txt"), `"${superuser}" "${password}"\n`, { mode: 0o600 });
  const configuration = join(at.folder, "pgbouncer.ini");
  await writeFile(configuration, settings(at, server, maxConnections));
  await server.installation.runAs.own(at.folder);

  const { file, args, options } = server.installation.runAs.command(pgbouncer, [configuration]);
  const logFile = join(at.folder, "pgbouncer.log");
  const log = openSync(logFile, "w", 0o600);
  const child = spawn(file, args, { stdio: ["ignore", log, log], env: server.installation.environment, ...options });
  closeSync(log);
  const { pid } = child;
  if (pid !== undefined) server.processes?.add(pid);
  let over = false;
  const ended = new Promise<void>((done) => {
    const end = (): void => {
      over = true;
      if (pid !== undefined) server.processes?.remove(pid);
      done();
    };
    child.once("exit", end);
    child.once("error", end);
  });
  const socket = socketPath({ socketFolder: server.socketFolder, port: at.port });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await Promise.all([rm(socket, { force: true }), rm(at.folder, { recursive: true, force: true })]);
  };
  for (const deadline = Date.now() + startDeadline; ; ) {
    if (await answers(socket)) return { socket, ended, stop };
    if (over || Date.now() > deadline) {
      await stop();
      throw new Error(
        `pgbouncer did not start: ${readFileSync(logFile, "utf8").trim().split("\n").slice(-4).join("\n")}`,
      );
    }
    await delay(10);
  }
}

/** As Neon's: transactions share server connections, 9 of 10 connections per role and database, passwords are the roles' own. */
function settings(at: { folder: string; port: number }, server: ServerFolder, maxConnections: number): string {
  return `[databases]
* = host='${server.socketFolder}' port=${server.port}
[pgbouncer]
listen_addr =
listen_port = ${at.port}
unix_socket_dir = ${server.socketFolder}
unix_socket_mode = 0700
auth_type = scram-sha-256
auth_file = ${join(at.folder, "users.txt")}
auth_user = ${superuser}
auth_query = SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin
pool_mode = transaction
default_pool_size = ${Math.max(1, Math.floor(maxConnections * 0.9))}
max_client_conn = 10000
ignore_startup_parameters = extra_float_digits,options
query_wait_timeout = 120
server_login_retry = 1
log_connections = 0
log_disconnections = 0
log_stats = 0
`;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((done) => {
    const attempt = connect(socket, () => {
      attempt.destroy();
      done(true);
    });
    attempt.on("error", () => done(false));
  });
}
