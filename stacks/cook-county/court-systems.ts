import type * as pulumi from "@pulumi/pulumi";
import { families, type ResolvedChild } from "../../catalog/index.ts";
import { CourtStandIn } from "../../components/court-stand-in.ts";
import type { FamilyPlace } from "../../components/family-place.ts";
import { publicUrl } from "../../components/public-url.ts";

type App = ResolvedChild<"cook-county">;

/** The systems that apps file with. In `local` each is stood in for, and knows the apps that name it. */
export function courtSystems(
  apps: readonly App[],
  place: FamilyPlace,
  tailConsumer: pulumi.Input<string>,
  opts: pulumi.ComponentResourceOptions,
): { of(app: App): { system: string; url: string } | undefined } {
  if (place.environment.cloud !== "embedded") {
    return {
      of: ({ court }) => (court?.url === undefined ? undefined : { system: court.system, url: court.url }),
    };
  }
  const filing = Map.groupBy(
    apps.filter(({ court }) => court !== undefined),
    ({ court }) => court?.system ?? "",
  );
  const standIns = new Map(
    [...filing].map(([system, own]) => {
      const { environment, family } = place;
      const args = {
        tenant: "shared",
        app: system,
        environment: environment.name,
        dataClass: "legal" as const,
        family,
        system,
        hostname: `${system}.${families[family].places[environment.name].domain}`,
        children: Object.fromEntries(own.map(({ id, hostname }) => [id, keysOf(hostname, place)])),
        tailConsumer,
      };
      return [system, new CourtStandIn(`${system}-court`, args, place, opts)];
    }),
  );
  return {
    of({ court }) {
      const url = standIns.get(court?.system ?? "")?.filingUrl;
      return court === undefined || url === undefined ? undefined : { system: court.system, url };
    },
  };
}

function keysOf(hostname: string, { edgeUrl }: FamilyPlace): string {
  return `${publicUrl({ url: `http://${hostname}` }, edgeUrl)}/.well-known/jwks.json`;
}
