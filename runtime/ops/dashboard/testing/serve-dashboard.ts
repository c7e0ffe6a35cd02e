import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { OpsConfigurationInput } from "../../../../contracts/ops-plane.ts";
import { configurationOf } from "../../configuration.ts";
import type { OpsEnvironment } from "../../environment.ts";
import { opsApp } from "../../http/ops-app.ts";
import type { DashboardData } from "../dashboard-data.ts";
import { dashboardRoutes } from "../dashboard-routes.ts";

/** Somebody who may see and do everything, and what the dashboard has to be told to know it. */
export interface SignIn {
  variables: Pick<OpsEnvironment, "OPS" | "SIGNING_KEY">;
  token: string;
}

export async function signIn(email: string, now: number): Promise<SignIn> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const issuer = "https://access.test";
  const OPS: OpsConfigurationInput = {
    version: 1,
    environment: "local",
    url: "http://ops.test",
    families: ["chittyos"],
    access: {
      issuer,
      audience: "ops",
      publicKeys: { keys: [{ ...(await exportJWK(publicKey)), kty: "EC", kid: "1", alg: "ES256" }] },
    },
    grants: [{ email, role: "operator" }],
  };
  const token = await new SignJWT({ email })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .setIssuer(issuer)
    .setAudience("ops")
    .setIssuedAt(now / 1_000)
    .setExpirationTime(now / 1_000 + 600)
    .sign(privateKey);
  return { variables: { OPS: JSON.stringify(OPS), SIGNING_KEY: "a key" }, token };
}

export interface ServedDashboard {
  url: string;
  /** What forms asked of the API. */
  asked: { path: string; key: string | null; body: unknown }[];
  close(): Promise<void>;
}

/** The dashboard alone, in this process, over given data and an API that says yes. `data` may be exchanged while it runs. */
export async function serveDashboard(
  variables: SignIn["variables"],
  data: () => DashboardData,
  now: number,
): Promise<ServedDashboard> {
  const asked: ServedDashboard["asked"] = [];
  const app = opsApp();
  app.use(async (c, next) => {
    c.set("configuration", configurationOf(variables));
    c.set("clock", { now: () => now });
    await next();
  });
  app.route(
    "/",
    dashboardRoutes(async (request) => {
      asked.push({
        path: new URL(request.url).pathname,
        key: request.headers.get("idempotency-key"),
        body: await request.json(),
      });
      return Response.json({});
    }, data),
  );
  const server = createServer(getRequestListener((request) => app.fetch(request, variables as OpsEnvironment)));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
