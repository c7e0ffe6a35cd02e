import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

export const chittygateway = defineService({
  name: "chittygateway",
  short: "gateway",
  description: "The front door: the site at the domain itself and the API in front of the services.",
  family: "chittyos",
  tier: 1,
  owner: "chittyos",
  dataClass: "internal",
  hosting: { kind: "worker" },
  // The first one is where it is looked for; the Worker's routes today are the domain and its api host.
  hosts: ["gateway.{domain}", "{domain}", "api.{domain}"],
  bindings: [
    { kind: "kv", name: "CHITTYROUTER_KV", store: "sessions" },
    // The facts name its hosts only; it passes `api.<domain>/<name>` on to the services that are asked for most.
    ...serviceBindings({
      SVC_ID: "chittyid",
      SVC_AUTH: "chittyauth",
      SVC_CONNECT: "chittyconnect",
      SVC_ROUTER: "chittyrouter",
      SVC_REGISTRY: "chittyregistry",
      SVC_DISCOVERY: "chittydiscovery",
    }),
    // A public front needs a limit per caller.
    { kind: "ratelimit", name: "RATE_LIMITER", limit: 100, period: 60 },
    { kind: "version-metadata", name: "CF_VERSION_METADATA" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_AUTH_SERVICE_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_AUTH_SERVICE_TOKEN"),
});
