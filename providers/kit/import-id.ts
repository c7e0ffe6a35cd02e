import { ProviderError } from "./errors.ts";

/**
 * Takes an import id apart by its template: `{accountId}/{id}` on `a1/b2` gives `{accountId: "a1", id: "b2"}`.
 * The last slot takes the rest, slashes included. The first template that fits wins.
 * @throws ProviderError naming the accepted forms.
 */
export function parseImportId(id: string, templates: readonly string[]): Record<string, string> {
  for (const template of templates) {
    const slots = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const pattern = template.replace(/\{\w+\}/g, (_, offset: number) =>
      offset === template.lastIndexOf("{") ? "(.+)" : "([^/]+)",
    );
    const match = new RegExp(`^${pattern}$`).exec(id);
    if (match) return Object.fromEntries(slots.map((slot, index) => [slot, match[index + 1] ?? ""]));
  }
  const forms = templates.map((template) => template.replaceAll("{", "<").replaceAll("}", ">")).join(" or ");
  throw new ProviderError(`The import id "${id}" cannot be read; expected ${forms}.`);
}

/** The names that a template's slots fill. */
export function importSlots(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
}
