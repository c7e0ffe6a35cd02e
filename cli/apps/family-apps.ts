import { type EnvironmentName, type FamilyName, resolveChildren } from "../../catalog/index.ts";
import { childrenOf, type DeployedChild, isExpired } from "../cloud/child-status.ts";
import { readDeployment } from "../engine/read-deployment.ts";
import { familiesAfterCore, stackTarget } from "../engine/stack-target.ts";
import type { Session } from "../session.ts";
import { ReapedApps } from "./reaped-apps.ts";

/** The families whose apps the catalog declares; those of tenants are recorded one by one, and removed by `tenant remove`. */
const familiesWithApps = ["cook-county", "chitty-apps"] as const satisfies FamilyName[];
export type AppFamily = (typeof familiesWithApps)[number];

/** An app of a family, as the catalog and the family's state have it. */
export interface FamilyApp {
  family: AppFamily;
  id: string;
  title: string;
  url: string;
  createdAt: string;
  expiresAt?: string | undefined;
  /** `settling`: expired, and not to be reaped yet, since filings may still be on the way to the court. */
  standing: "not deployed" | "active" | "expired" | "settling" | "reaping" | "reaped";
  /** ISO 8601; from then on it may be reaped. */
  reapableFrom?: string | undefined;
}

/**
 * Three days, in which the outbox has delivered what it can: it gives up after two and a half. The court checks a filing with the keys that
 * are at the app's address, so that the address has to stay as long.
 */
const settlingMs: Readonly<Record<AppFamily, number>> = { "cook-county": 3 * 86_400_000, "chitty-apps": 0 };

/** Every app of every family in an environment, from the catalog and the states alone: no cloud is asked. */
export async function familyApps(session: Session, environment: EnvironmentName, now: number): Promise<FamilyApp[]> {
  const reaped = new ReapedApps(environment).all();
  const families = familiesWithApps.filter((family) => familiesAfterCore().includes(family));
  const apps = await Promise.all(
    families.map(async (family) => {
      const deployed = childrenOf(await readDeployment(session, stackTarget(family, environment)));
      return resolveChildren(environment, family).map((app) => {
        const found = deployed.get(app.id);
        const wasReaped = reaped.some(
          ({ id, family: of, expiresAt }) => id === app.id && of === family && expiresAt === app.expiresAt,
        );
        return { ...about(family, app, found), ...standingOf(family, app, found, { wasReaped, now }) };
      });
    }),
  );
  return apps.flat();
}

type Declared = ReturnType<typeof resolveChildren<AppFamily>>[number];

function about(family: AppFamily, { id, title, hostname, createdAt, expiresAt }: Declared, found?: DeployedChild) {
  return { family, id, title, url: found?.url ?? `https://${hostname}`, createdAt, expiresAt };
}

function standingOf(
  family: AppFamily,
  { expiresAt }: Declared,
  found: DeployedChild | undefined,
  { wasReaped, now }: { wasReaped: boolean; now: number },
): Pick<FamilyApp, "standing" | "reapableFrom"> {
  const remains = found !== undefined && found.state !== "reaped";
  // One that was recorded and is still there: reaping it was interrupted.
  if (wasReaped) return { standing: remains ? "reaping" : "reaped" };
  if (!remains) return { standing: "not deployed" };
  if (expiresAt === undefined) return { standing: "active" };
  const from = Date.parse(expiresAt) + settlingMs[family];
  const reapableFrom = new Date(from).toISOString();
  if (!isExpired({ expiresAt }, now)) return { standing: "active", reapableFrom };
  return { standing: from <= now ? "expired" : "settling", reapableFrom };
}
