import type { JsonMap } from "../kit/value.ts";

/**
 * Fills a path's slots from properties, each percent-encoded. `{scope}` stands for `zones/<id>` or `accounts/<id>`,
 * whichever the resource belongs to.
 */
export function fillPath(template: string, properties: JsonMap): string {
  const fill = (name: string) => {
    const value = properties[name];
    if (value === undefined || value === null) throw new Error(`${template} needs ${name}, which is not known.`);
    return encodeURIComponent(String(value));
  };
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name !== "scope") return fill(name);
    return properties.zoneId === undefined ? `accounts/${fill("accountId")}` : `zones/${fill("zoneId")}`;
  });
}

/** The properties that a template takes. */
export function pathSlots(template: string): string[] {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  return names.flatMap((name) => (name === "scope" ? ["accountId", "zoneId"] : [name]));
}
