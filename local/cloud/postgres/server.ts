import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { Installation } from "./installation.ts";
import type { ProcessRecord } from "./processes.ts";
import { writeSettings } from "./settings.ts";

/** The superuser of every cluster; as at Neon, nobody else can become it. */
export const superuser = "cloud_admin";

/** A cluster on disk: a folder with `data` (Postgres's own), `superuser` (its password), and what is written at each start. */
export interface ServerFolder {
  installation: Installation;
  folder: string;
  socketFolder: string;
  /** Tells sockets in one folder apart; no port is opened. */
  port: number;
  /** Told of each process, so that none is forgotten. */
  processes?: ProcessRecord;
}

/** Of `postgresql.conf`, beyond what every cluster has. */
export type Settings = Record<string, string | number>;

/** A running Postgres. */
export interface Server {
  socket: string;
  /** Resolves when the process has ended, for whatever reason. */
  ended: Promise<void>;
  /** Ends every session, writes all to disk, ends. Ends at once if that takes too long. */
  stop(): Promise<void>;
}

const startDeadline = 120_000;
/** It replays all that happened since the base. */
const recoveryDeadline = 30 * 60_000;
const stopDeadline = 20_000;
/** What Postgres says of itself when it lets clients in; a replica stays a `standby`, as is one that recovers without letting anybody in. */
const answers = ["ready", "standby"];

/**
 * Starts Postgres and waits until it answers, or until a recovery has ended. @throws Error with the end of its log.
 */
export async function startServer(
  at: ServerFolder,
  settings: Settings = {},
  until: "answers" | "recovered" = "answers",
): Promise<Server> {
  const configuration = join(at.folder, "postgresql.conf");
  const logFile = join(at.folder, "postgres.log");
  const deadline = Date.now() + (until === "answers" ? startDeadline : recoveryDeadline);
  for (;;) {
    writeSettings(configuration, { unix_socket_directories: at.socketFolder, port: at.port, ...settings });
    const log = openSync(logFile, "w");
    const data = join(at.folder, "data");
    await at.installation.runAs.own(at.folder);
    const { file, args, options } = at.installation.command("postgres", [
      "-D",
      data,
      "-c",
      `config_file=${configuration}`,
    ]);
    const child = spawn(file, args, { stdio: ["ignore", log, log], env: at.installation.environment, ...options });
    closeSync(log);
    const server = { child, ended: ended(child) };
    const { pid } = child;
    if (pid !== undefined) {
      at.processes?.add(pid);
      void server.ended.then(() => at.processes?.remove(pid));
    }
    if (await ready(data, server, until, deadline)) return asServer(at, server);
    const said = readFileSync(logFile, "utf8");
    // The last processes of one that was killed may still be about to notice.
    if (
      /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(said) &&
      Date.now() < deadline
    ) {
      await delay(100);
      continue;
    }
    throw new Error(`Postgres did not start: ${said.trim().split("\n").slice(-8).join("\n") || "it printed nothing"}`);
  }
}

interface Started {
  child: ChildProcess;
  ended: Promise<Error | undefined>;
}

/** Postgres writes its state into the eighth line of this file. */
async function ready(
  data: string,
  { child, ended }: Started,
  until: "answers" | "recovered",
  deadline: number,
): Promise<boolean> {
  const wanted = until === "answers" ? answers : answers.slice(0, 1);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && Date.now() < deadline) {
    const lines = text(join(data, "postmaster.pid")).split("\n");
    if (lines[0] === String(child.pid) && wanted.includes(lines[7]?.trim() ?? "")) return true;
    await delay(5);
  }
  const failed = over ? await ended : undefined;
  if (failed) throw failed;
  if (!over) child.kill("SIGQUIT");
  await ended;
  return false;
}

function asServer(at: ServerFolder, { child, ended }: Started): Server {
  return {
    socket: socketPath(at),
    ended: ended.then(() => {}),
    async stop() {
      child.kill("SIGINT");
      const hurry = setTimeout(() => child.kill("SIGQUIT"), stopDeadline);
      await ended;
      clearTimeout(hurry);
    },
  };
}

export function socketPath({ socketFolder, port }: Pick<ServerFolder, "socketFolder" | "port">): string {
  return join(socketFolder, `.s.PGSQL.${port}`);
}

function ended(child: ChildProcess): Promise<Error | undefined> {
  return new Promise((done) => {
    child.once("error", done);
    child.once("exit", () => done(undefined));
  });
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Does something as the superuser. */
export async function asSuperuser<Result>(
  at: Pick<ServerFolder, "folder" | "socketFolder" | "port">,
  database: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({
    host: at.socketFolder,
    port: at.port,
    user: superuser,
    password: readFileSync(join(at.folder, "superuser"), "utf8"),
    database,
    application_name: "chittyops local",
  });
  client.on("error", () => {
    // A cluster that ends meanwhile fails the query, too.
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
