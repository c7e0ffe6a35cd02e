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
    summary: "Run the whole estate on an embedded cloud: core and all families",
    load: async () => (await import("./start.ts")).startCommand(),
  },
  {
    name: "status",
    summary: "Show each service with its URL, health, version, age and cost",
    load: async () => (await import("./status.ts")).statusCommand(),
  },
  {
    name: "up",
    summary: "Bring a stack to what the program says",
    load: async () => (await import("./up.ts")).upCommand(),
  },
  {
    name: "preview",
    summary: "Show what `up` would change, and what the rules say of it",
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
    name: "apps",
    summary: "The apps of families: list them, remove those that have expired",
    load: async () => (await import("./apps/index.ts")).appsCommand(),
  },
  {
    name: "tenant",
    summary: "The tenants of Digital Dossier, each a stack of its own",
    load: async () => (await import("./tenant/index.ts")).tenantCommand(),
  },
  {
    name: "fleet",
    summary: "All tenants together: how they stand, bring them up, find what two claim",
    load: async () => (await import("./fleet/index.ts")).fleetCommand(),
  },
  {
    name: "ops",
    summary: "Where the operations plane is, and how to open its dashboard",
    load: async () => (await import("./ops.ts")).opsCommand(),
  },
  {
    name: "incidents",
    summary: "What is wrong, who takes care of it, and what was learnt",
    load: async () => (await import("./incidents/index.ts")).incidentsCommand(),
  },
  {
    name: "alerts",
    summary: "Who is told of incidents, of which ones, and when nobody is",
    load: async () => (await import("./alerts/index.ts")).alertsCommand(),
  },
  {
    name: "events",
    summary: "What happened, who is told of it, and what did not arrive",
    load: async () => (await import("./events/index.ts")).eventsCommand(),
  },
  {
    name: "operations",
    summary: "Deployments across services under maintenance, undone when they go wrong",
    load: async () => (await import("./operations/index.ts")).operationsCommand(),
  },
  {
    name: "audit",
    summary: "Who changed what through the operations plane, and the proof that nobody edited it",
    load: async () => (await import("./audit/index.ts")).auditCommand(),
  },
  {
    name: "registry",
    summary: "The services that the operations plane knows, and those that it should",
    load: async () => (await import("./registry/index.ts")).registryCommand(),
  },
  {
    name: "health",
    summary: "Show how every service is, as the operations plane sees it",
    load: async () => (await import("./health.ts")).healthCommand(),
  },
  {
    name: "maintenance",
    summary: "Windows in which nobody is told of what is broken on purpose",
    load: async () => (await import("./maintenance/index.ts")).maintenanceCommand(),
  },
  {
    name: "children",
    summary: "The apps of all families as the operations plane hears of them",
    load: async () => (await import("./children/index.ts")).childrenCommand(),
  },
  {
    name: "rollout",
    summary: "Configuration and security updates that children pull, wave by wave",
    load: async () => (await import("./rollout/index.ts")).rolloutCommand(),
  },
  {
    name: "budgets",
    summary: "What services may cost in a month",
    load: async () => (await import("./budgets/index.ts")).budgetsCommand(),
  },
  {
    name: "cost",
    summary: "Show what each service costs, and what is worth a change",
    load: async () => (await import("./cost.ts")).costCommand(),
  },
  {
    name: "scan",
    summary: "Look for security problems, and for what an account has that nobody needs",
    load: async () => (await import("./scan.ts")).scanCommand(),
  },
  {
    name: "mcp",
    summary: "Serve the operations plane to a program as tools (Model Context Protocol)",
    load: async () => (await import("./mcp.ts")).mcpCommand(),
  },
  {
    name: "db",
    summary: "Databases: migrate, branch, back up, restore, tune, look inside",
    load: async () => (await import("./db/index.ts")).dbCommand(),
  },
  {
    name: "review",
    summary: "Ask every rule about a stack, and write signed evidence of what they said",
    load: async () => (await import("./review/index.ts")).reviewCommand(),
  },
  {
    name: "waivers",
    summary: "Violations that somebody answers for: list them, check them",
    load: async () => (await import("./waivers/index.ts")).waiversCommand(),
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
