import { rest } from "../rest.ts";

const script = "/accounts/{accountId}/workers/scripts/{scriptName}";

export const workersRoute = rest({
  type: "WorkersRoute",
  create: "POST /zones/{zoneId}/workers/routes",
  item: "/zones/{zoneId}/workers/routes/{id}",
  update: "PUT",
  uniqueBy: ["zoneId", "pattern"],
  importIds: ["{zoneId}/{id}"],
});

export const workersCustomDomain = rest({
  type: "WorkersCustomDomain",
  create: "PUT /accounts/{accountId}/workers/domains",
  item: "/accounts/{accountId}/workers/domains/{id}",
  uniqueBy: ["accountId", "hostname"],
  importIds: ["{accountId}/{id}"],
});

export const workersScriptSubdomain = rest({
  type: "WorkersScriptSubdomain",
  create: `POST ${script}/subdomain`,
  item: `${script}/subdomain`,
  update: `POST ${script}/subdomain`,
  repeatable: true,
  id: { property: "accountId" },
  idOutput: "scriptName",
  replace: ["scriptName"],
  uniqueBy: ["accountId", "scriptName"],
  importIds: ["{accountId}/{scriptName}"],
});

/** A delete asks for nothing, so a program that ends its crons sets an empty list first. */
export const workersCronTrigger = rest({
  type: "WorkersCronTrigger",
  create: `PUT ${script}/schedules`,
  item: `${script}/schedules`,
  update: "PUT",
  id: { property: "scriptName" },
  replace: ["scriptName"],
  uniqueBy: ["accountId", "scriptName"],
  keepOnDelete: true,
  importIds: ["{accountId}/{scriptName}"],
  toBody: (body) => (Array.isArray(body.schedules) ? body.schedules : []),
});

export const dispatchNamespace = rest({
  type: "WorkersForPlatformsDispatchNamespace",
  create: "POST /accounts/{accountId}/workers/dispatch/namespaces",
  item: "/accounts/{accountId}/workers/dispatch/namespaces/{name}",
  id: { property: "name" },
  uniqueBy: ["accountId", "name"],
  importIds: ["{accountId}/{name}"],
});

export const workflow = rest({
  type: "Workflow",
  create: "PUT /accounts/{accountId}/workflows/{workflowName}",
  item: "/accounts/{accountId}/workflows/{workflowName}",
  update: "PUT",
  id: { property: "workflowName" },
  replace: ["workflowName"],
  uniqueBy: ["accountId", "workflowName"],
  importIds: ["{accountId}/{workflowName}"],
});

export const worker = rest({
  type: "Worker",
  create: "POST /accounts/{accountId}/workers/workers",
  item: "/accounts/{accountId}/workers/workers/{id}",
  update: "PUT",
  outside: ["force"],
  uniqueBy: ["accountId", "name"],
  importIds: ["{accountId}/{id}"],
});

/** Deployments are a history: one is made for every change, and none is taken back. */
export const workersDeployment = rest({
  type: "WorkersDeployment",
  create: `POST ${script}/deployments`,
  item: `${script}/deployments/{id}`,
  outside: ["force"],
  keepOnDelete: true,
  importIds: ["{accountId}/{scriptName}/{id}"],
});
