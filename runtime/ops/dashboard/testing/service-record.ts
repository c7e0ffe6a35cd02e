import { type RegistryRecord, registryRecord } from "../../../../contracts/registry-record.ts";

/** What a component enters in the registry. @param host first label of where it is reached, by default its name */
export function serviceRecord(
  name: string,
  { host = name, ...more }: Partial<RegistryRecord> & { host?: string } = {},
): RegistryRecord {
  const url = `http://${host}.chitty.localhost/health`;
  return registryRecord.parse({
    name,
    uri: `chittycanon://core/services/${name}`,
    description: `What ${name} does.`,
    entity_type: "service",
    subtype: "worker",
    family: "chittyos",
    environment: "local",
    tier: 2,
    owner: "chittyos",
    data_class: "internal",
    version: "1",
    endpoints: [url],
    health_check: { url, expect: "ok" },
    dependencies: [],
    status: "active",
    ...more,
  });
}
