import { defineService } from "../define-service.ts";

export const chittyforce = defineService({
  name: "chittyforce",
  short: "force",
  description: "Executive agents, and the discovery and synchronisation of projects.",
  family: "chittyos",
  tier: 4,
  owner: "chittycorp",
  dataClass: "internal",
  // FastAPI on Replit; no Worker. The address is not public: by convention.
  hosting: { kind: "replit", url: "https://chittyforce.replit.app" },
  hosts: ["force.{domain}"],
  // The one service that does not answer `ok`.
  health: { expect: "healthy" },
  databases: [{ name: "force" }],
});
