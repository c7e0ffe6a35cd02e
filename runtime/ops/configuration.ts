import { type OpsConfiguration, opsConfiguration } from "../../contracts/ops-plane.ts";

const known = new Map<string, OpsConfiguration>();

/** The variable `OPS`, read once. @throws Error with every field that is wrong: the plane was deployed wrongly */
export function configurationOf({ OPS }: { OPS: string }): OpsConfiguration {
  const read = known.get(OPS) ?? opsConfiguration.parse(JSON.parse(OPS));
  known.set(OPS, read);
  return read;
}
