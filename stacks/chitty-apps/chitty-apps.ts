import { physicalName, resolveChildren } from "../../catalog/index.ts";
import * as cloudflare from "../../components/cloudflare.ts";
import { LiteChild } from "../../components/lite-child.ts";
import { childArgs } from "../shared/child-args.ts";
import type { FamilyConfig } from "../shared/family-config.ts";
import { familyOutputs } from "../shared/family-outputs.ts";
import { familyTail } from "../shared/family-tail.ts";
import { familyZone } from "../shared/family-zone.ts";
import { openFamily } from "../shared/open-family.ts";
import type { Providers } from "../shared/providers.ts";

/** Makes the consumer apps of an environment: each with its store, its budget and its limits. */
export async function chittyApps(
  environment: string,
  config: FamilyConfig,
  providers: Providers<"cloudflare" | "command">,
): Promise<Record<string, unknown>> {
  const { place, opts, isReaped } = await openFamily(environment, "chitty-apps", config, providers);
  familyZone(place, config, opts);
  const declared = resolveChildren(place.environment.name, "chitty-apps");
  if (declared.length === 0) return familyOutputs([]);
  const { scriptName: tailConsumer } = familyTail(place, "personal", opts);
  // The logs of those that were reaped stay, and so does what keeps them.
  const apps = declared.filter((app) => !isReaped(app));
  return familyOutputs(
    apps.map((app) => {
      const args = childArgs(app, place, "active");
      const stores = (parent: LiteChild) => {
        const title = physicalName(`${place.family}-${app.id}`, "store", place.environment.name);
        const namespace = new cloudflare.WorkersKvNamespace(
          `${app.id}-store`,
          { accountId: place.accountId, title },
          { parent },
        );
        return [{ name: "STORE", type: "kv_namespace", namespaceId: namespace.id }];
      };
      const child = new LiteChild(
        app.id,
        args,
        { specific: { budget: app.budget }, stores, tailConsumer },
        place,
        opts,
      );
      return { args, child };
    }),
  );
}
