import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ServiceSpec } from "./schema/service.ts";
import { services as all } from "./services/index.ts";

/**
 * The services this run is about: those of `services/`, or those of the module that the environment variable `CHITTYOPS_CATALOG` names
 * (a path; it exports `services` made with `defineService`). A smaller catalog makes whole-system tests affordable.
 */
export const services: readonly ServiceSpec[] = await declaredServices(process.env.CHITTYOPS_CATALOG);

async function declaredServices(module: string | undefined): Promise<readonly ServiceSpec[]> {
  if (!module) return all;
  const other: { services?: readonly ServiceSpec[] } = await import(pathToFileURL(resolve(module)).href);
  if (!Array.isArray(other.services)) {
    throw new Error(
      `CHITTYOPS_CATALOG names ${module}, which exports no array "services". Remedy: export one, or unset the variable.`,
    );
  }
  return other.services;
}
