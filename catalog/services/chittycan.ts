import { defineService } from "../define-service.ts";

export const chittycan = defineService({
  name: "chittycan",
  short: "can",
  description: "The command line of ChittyOS with an MCP server, and the Worker behind it.",
  family: "chittyos",
  tier: 5,
  owner: "chittyos",
  dataClass: "internal",
  hosting: { kind: "package", registry: "npm", package: "chittycan", worker: {} },
  hosts: ["can.{domain}"],
  // The facts name the Worker only.
  bindings: [
    { kind: "kv", name: "SESSIONS" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
  ],
});
