import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { physicalName, type ResolvedChild } from "../../catalog/index.ts";
import { CourtAccess } from "../../components/court-access.ts";
import type { FamilyPlace } from "../../components/family-place.ts";
import type { Labels } from "../../components/labels.ts";
import { LiteChild, type LiteChildArgs } from "../../components/lite-child.ts";
import { RecordsVault } from "../../components/records-vault.ts";
import { childArgs } from "../shared/child-args.ts";
import type { CourtIdentity } from "./identity.ts";

/**
 * A court's app: who may come in, where its records are kept, and the app itself. One that was reaped lets nobody in and has no address; its
 * records, their keys and what is still on the way to the court or to the chain of custody stay.
 */
export function courtApp(
  app: ResolvedChild<"cook-county">,
  {
    place,
    identity,
    tailConsumer,
    alertEmail,
    court,
    isReaped,
  }: {
    place: FamilyPlace;
    identity: CourtIdentity;
    tailConsumer: pulumi.Input<string>;
    alertEmail: string;
    /** Where it files; absent: nowhere. */
    court: { system: string; url: string } | undefined;
    isReaped: boolean;
  },
  opts: pulumi.ComponentResourceOptions,
): { args: LiteChildArgs; child: LiteChild } {
  const { environment, family } = place;
  const args = childArgs(app, place, isReaped ? "reaped" : "active");
  const owned = { tenant: app.id, app: app.id, environment: environment.name, dataClass: app.dataClass };
  const { sessionDuration, administrators } = app.access;
  const provider = identity.providerOf(app);
  const accessArgs = { ...owned, title: app.title, hostname: app.hostname, sessionDuration };
  const access = isReaped ? undefined : new CourtAccess(`${app.id}-access`, accessArgs, provider, place, opts);
  const vault = new RecordsVault(
    `${app.id}-records`,
    vaultArgs(app, { ...owned, family, alertEmail }, environment.name),
    place,
    opts,
  );
  const specific = pulumi
    .output({ audience: access?.audience ?? nobody, publicKeys: identity.issuer.publicKeys })
    .apply(({ audience, publicKeys }) => ({
      tenant: app.id,
      access: {
        issuer: identity.issuer.issuer,
        audience,
        ...(publicKeys && { publicKeys }),
        assurance: [provider.assurance],
        administrators,
      },
      keyVersion: app.keyVersion,
      ...(court && { court }),
    }));
  const stores = (parent: LiteChild) => [
    { name: "ROOT_KEY", type: "secret_text", text: rootKeys(app, parent) },
    bucketBinding("DOCUMENTS", vault.documents.name, app),
    bucketBinding("CUSTODY_VAULT", vault.custody.name, app),
    bucketBinding("BACKUP", vault.backup.name, app),
    { name: "CUSTODY", type: "queue", queueName: vault.custodyQueue.queueName },
  ];
  const consumes = { queue: vault.custodyQueue, deadLetter: vault.deadLetters };
  const parts = {
    specific,
    stores,
    tailConsumer,
    consumes,
    ...(access && { accessToken: access.healthToken }),
    logpush: true,
  };
  return { args, child: new LiteChild(app.id, args, parts, place, opts) };
}

/** An audience that no token is for. */
const nobody = "nobody";

function bucketBinding(name: string, bucketName: pulumi.Output<string>, app: ResolvedChild<"cook-county">) {
  const { jurisdiction } = app.records;
  return { name, type: "r2_bucket", bucketName, ...(jurisdiction !== undefined && { jurisdiction }) };
}

/** A root key for each version there has been: documents that an older one protects can be read until they are rewrapped. */
function rootKeys({ id, keyVersion }: ResolvedChild<"cook-county">, parent: LiteChild): pulumi.Output<string> {
  const versions = Array.from({ length: keyVersion }, (_, index) => index + 1);
  const keys = versions.map((version) => {
    const key = new random.RandomPassword(`${id}-root-key-${version}`, { length: 64, special: false }, { parent });
    return [String(version), key.result] as const;
  });
  return pulumi.secret(pulumi.jsonStringify(Object.fromEntries(keys)));
}

function vaultArgs(
  { id, hostname, records }: ResolvedChild<"cook-county">,
  owned: Labels & { family: string; alertEmail: string },
  environment: FamilyPlace["environment"]["name"],
) {
  const days = (text: string) => Number.parseInt(text, 10);
  const { jurisdiction, location, backupLocation, deleteAfter, logTokenExpiresOn } = records;
  return {
    ...owned,
    jurisdiction,
    location,
    backupLocation,
    retentionDays: days(records.retention),
    logRetentionDays: days(records.logRetention),
    backupRetentionDays: days(records.backupRetention),
    deleteAfterDays: deleteAfter === undefined ? undefined : days(deleteAfter),
    logTokenExpiresOn,
    scriptName: physicalName(`${owned.family}-${id}`, undefined, environment),
    hostname,
  };
}
