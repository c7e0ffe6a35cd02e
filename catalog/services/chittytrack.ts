import { defineService, secretBindings, serviceTokens } from "../define-service.ts";

export const chittytrack = defineService({
  name: "chittytrack",
  short: "track",
  description: "Receives the traces of every Worker in the account, keeps them and counts them.",
  family: "chittyos",
  tier: 1,
  owner: "chittyos",
  dataClass: "internal",
  // The universal tail consumer: its own traces have nowhere else to go.
  hosting: { kind: "worker", tailConsumers: [] },
  hosts: ["track.{domain}"],
  bindings: [
    { kind: "r2", name: "TRACK_ARCHIVE", store: "logs" },
    { kind: "analytics-engine", name: "TRACK_ANALYTICS", dataset: "logs" },
    { kind: "kv", name: "TRACK_STATE", store: "state" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_TRACK_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_TRACK_TOKEN"),
  environments: { prod: { hosting: { placement: "smart" } } },
});
