import { defineService, secretBindings } from "../define-service.ts";

export const chittybeacon = defineService({
  name: "chittybeacon",
  short: "beacon",
  description: "An npm package that sends a heartbeat every five minutes, and the Worker that receives them.",
  family: "chittyos",
  tier: 3,
  owner: "chittycorp",
  dataClass: "internal",
  hosting: { kind: "package", registry: "npm", package: "@chittycorp/app-beacon", worker: {} },
  hosts: ["beacon.{domain}"],
  crons: ["*/5 * * * *"],
  shellCrons: "hold",
  // The facts name the Worker only; the store is the one its set-up guide creates.
  bindings: [
    { kind: "kv", name: "HEALTH_HISTORY" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("BEACON_INGEST_KEY"),
  ],
  // What a package shows so that not everybody can report for it.
  secrets: [{ name: "BEACON_INGEST_KEY", source: "generated", rotateEvery: "180d" }],
  environments: { local: { shellCrons: "record" } },
});
