import { defineService, secretBindings } from "../define-service.ts";

export const chittytrack = defineService({
  name: "chittytrack",
  short: "track",
  description: "Receives the traces of every Worker in the account, and keeps and counts them.",
  family: "chittyos",
  tier: 1,
  owner: "chittyos-platform",
  dataClass: "internal",
  // The universal tail consumer; its own traces have nowhere else to go.
  hosting: { kind: "worker", tailConsumers: [] },
  hosts: ["track.{domain}"],
  bindings: [
    { kind: "r2", name: "LOGS" },
    { kind: "analytics-engine", name: "METRICS", dataset: "metrics" },
    { kind: "kv", name: "STATE" },
    ...secretBindings("CHITTY_TRACK_TOKEN"),
  ],
  secrets: [{ name: "CHITTY_TRACK_TOKEN", source: "generated", rotateEvery: "90d" }],
});
