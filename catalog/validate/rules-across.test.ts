import { describe, expect, it } from "vitest";
import { binding, problemsOf, service } from "../testing/raw-services.ts";

describe("a rule about several services", () => {
  it.each<[string, object, object, string]>([
    [
      "a second service of a name",
      service("alpha"),
      service("alpha", { hosts: ["b.{domain}"] }),
      "name: a second service called alpha",
    ],
    [
      "a route that another service has",
      service("alpha", { routes: ["x.{domain}/mcp*"] }),
      service("beta", { routes: ["x.{domain}/mcp*"] }),
      "routes.0: the route x.{domain}/mcp*, which alpha owns already (routes.0)",
    ],
    [
      "a host in prod that dev claims",
      service("alpha"),
      service("beta", { hosts: ["beta.{domain}"], environments: { prod: { hosts: ["alpha.dev.{domain}"] } } }),
      "environments.prod.hosts.0: the host alpha.dev.chitty.cc, which alpha in dev owns already (hosts.0)",
    ],
    [
      "a name in prod that dev has",
      service("alpha"),
      service("alpha-dev"),
      "name: the script alpha-dev, which alpha in dev owns already (name) (in prod)",
    ],
    [
      "a second consumer of a queue",
      service(
        "alpha",
        binding({ kind: "queue", name: "JOBS" }, { kind: "queue-consumer", name: "WORK", store: "jobs" }),
      ),
      service("beta", binding({ kind: "queue-consumer", name: "WORK", store: "jobs", owner: "alpha" })),
      "bindings.WORK: a second consumer of jobs, beside alpha",
    ],
    [
      "a service that runs no Worker",
      service("alpha", { hosting: { kind: "external", url: "https://alpha.test" } }),
      service("beta", binding({ kind: "service", name: "ALPHA", service: "alpha" })),
      "bindings.ALPHA.service: alpha, which runs no Worker (in dev and prod)",
    ],
    [
      "a service in another account",
      service("alpha", { family: "digital-dossier", hosting: { kind: "worker", tailConsumers: ["alpha-tail"] } }),
      service("alpha-tail", {
        family: "digital-dossier",
        hosting: { kind: "worker", tailConsumers: [] },
        bindings: [{ kind: "service", name: "TRACK", service: "chittytrack" }],
      }),
      "bindings.TRACK.service: chittytrack, which runs in another account",
    ],
    [
      "one secret under two names in two services",
      service("alpha", {
        ...binding({ kind: "secret", name: "CHITTY_AUTH_TOKEN" }),
        secrets: [{ name: "CHITTY_AUTH_TOKEN", source: "provided" }],
      }),
      service("beta", {
        ...binding({ kind: "secret", name: "AUTH_TOKEN" }),
        secrets: [{ name: "AUTH_TOKEN", source: "provided" }],
      }),
      "secrets.AUTH_TOKEN: AUTH_TOKEN, which alpha calls CHITTY_AUTH_TOKEN",
    ],
    [
      "a shared secret on other terms",
      service("alpha", {
        ...binding({ kind: "secret", name: "KEY" }),
        secrets: [{ name: "KEY", source: "generated", shared: true }],
      }),
      service("beta", {
        ...binding({ kind: "secret", name: "KEY" }),
        secrets: [{ name: "KEY", source: "generated", shared: true, length: 64 }],
      }),
      "secrets.KEY: other terms than in alpha",
    ],
    [
      "a secret that two services are given and do not share",
      service("alpha", { ...binding({ kind: "secret", name: "KEY" }), secrets: [{ name: "KEY", source: "provided" }] }),
      service("beta", { ...binding({ kind: "secret", name: "KEY" }), secrets: [{ name: "KEY", source: "provided" }] }),
      "secrets.KEY: a secret that alpha is given too",
    ],
  ])("reports %s", (_mistake, alpha, beta, problem) => {
    expect(problemsOf(alpha, beta)).toContain(problem);
  });
});
