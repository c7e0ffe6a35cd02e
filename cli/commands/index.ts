import type { Command } from "commander";

/** A command as the help of the whole lists it; its code is loaded when it is used. */
export interface CommandEntry {
  name: string;
  summary: string;
  load: () => Promise<Command>;
}

/** Every command, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "Run the whole core estate on an embedded cloud",
    load: async () => (await import("./start.ts")).startCommand(),
  },
  {
    name: "status",
    summary: "Show each service with its URL, health, version and age",
    load: async () => (await import("./status.ts")).statusCommand(),
  },
  {
    name: "up",
    summary: "Bring a stack to what the program says",
    load: async () => (await import("./up.ts")).upCommand(),
  },
  {
    name: "preview",
    summary: "Show what `up` would change",
    load: async () => (await import("./preview.ts")).previewCommand(),
  },
  {
    name: "destroy",
    summary: "Delete everything a stack made",
    load: async () => (await import("./destroy.ts")).destroyCommand(),
  },
  {
    name: "drift",
    summary: "Show what somebody changed by hand, and put it back",
    load: async () => (await import("./drift.ts")).driftCommand(),
  },
  {
    name: "history",
    summary: "List the last updates of a stack",
    load: async () => (await import("./history.ts")).historyCommand(),
  },
  {
    name: "local",
    summary: "The embedded cloud: start, stop, look inside, break it on purpose",
    load: async () => (await import("./local/index.ts")).localCommand(),
  },
  {
    name: "catalog",
    summary: "What exists: services, stores, hosts",
    load: async () => (await import("./catalog.ts")).catalogCommand(),
  },
  {
    name: "db",
    summary: "Databases: migrate, branch, back up, restore, tune, look inside",
    load: async () => (await import("./db/index.ts")).dbCommand(),
  },
  {
    name: "review",
    summary: "The evidence of compliance reviews",
    load: async () => (await import("./review/index.ts")).reviewCommand(),
  },
  {
    name: "state",
    summary: "Back up and restore what the engine knows about a stack",
    load: async () => (await import("./state.ts")).stateCommand(),
  },
  {
    name: "env",
    summary: "Print what a shell needs to run `pulumi` by hand on `local`",
    load: async () => (await import("./env.ts")).envCommand(),
  },
  {
    name: "doctor",
    summary: "Show what was found on this machine, and what to do about what is missing",
    load: async () => (await import("./doctor.ts")).doctorCommand(),
  },
];
