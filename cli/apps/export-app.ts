import { z } from "zod";
import type { EnvironmentName } from "../../catalog/index.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { exportState } from "../engine/state.ts";
import { resourceName, shortType } from "../engine/urn.ts";
import type { Session } from "../session.ts";
import { exportFolder } from "../tenants/export-folder.ts";
import { exportValues } from "../tenants/export-tenant.ts";
import { verifyExport, WrittenExport } from "../tenants/written-export.ts";
import { UserError } from "../user-error.ts";
import type { FamilyApp } from "./family-apps.ts";

const namespace = z.object({ id: z.string(), inputs: z.object({ accountId: z.string() }) });

/**
 * Writes what an app has stored into a folder, and checks it there.
 * @returns nothing where the app has no store of its own
 * @throws UserError where the export is not whole
 */
export async function exportApp(
  session: Session,
  ready: ReadyStack,
  app: FamilyApp,
  { environment, below, now }: { environment: EnvironmentName; below: string | undefined; now: Date },
): Promise<{ folder: string; manifest: string } | undefined> {
  const { deployment } = await exportState(ready);
  const found = deployment.resources?.find(
    ({ urn, type }) => shortType(type) === "WorkersKvNamespace" && resourceName(urn) === `${app.id}-store`,
  );
  if (found === undefined) return undefined;
  const { id: namespaceId, inputs } = namespace.parse(found);
  const written = new WrittenExport(exportFolder({ id: `${app.family}-${app.id}` }, environment, below, now));
  const phase = session.console.phase(`Exporting ${app.id}`);
  const values = await exportValues(session, ready, { accountId: inputs.accountId, namespaceId }, written);
  await written.write("app.json", Buffer.from(`${JSON.stringify(app, null, 2)}\n`));
  const manifest = await written.finish({ family: app.family, app: app.id });
  const broken = await verifyExport(written.folder, manifest);
  if (broken.length > 0) {
    phase.failed();
    throw new UserError(`The export of ${app.id} is not whole, and nothing was deleted.`, {
      details: broken,
      remedy: "make room on the disk and run the same command again",
    });
  }
  phase.done(`${values} values`);
  return { folder: written.folder, manifest };
}
