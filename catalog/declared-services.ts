import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { children as allChildren } from "./children/index.ts";
import { type FamilyName, familyNames } from "./families.ts";
import type { ChildSpec } from "./schema/child.ts";
import type { ServiceSpec } from "./schema/service.ts";
import { services as all } from "./services/index.ts";

interface Declared {
  services: readonly ServiceSpec[];
  families: readonly FamilyName[];
  children: readonly ChildSpec[];
  opsPlane: boolean;
}

const declared = await declaredIn(process.env.CHITTYOPS_CATALOG);

/**
 * The services this run is about: those of `services/`, or those of the module that the environment variable `CHITTYOPS_CATALOG` names
 * (a path; it exports `services` made with `defineService`). A smaller catalog makes whole-system tests affordable.
 */
export const services: readonly ServiceSpec[] = declared.services;

/** The families whose stacks come with core's: all of them, or those that the module of `CHITTYOPS_CATALOG` exports as `families`, if any. */
export const declaredFamilies: readonly FamilyName[] = declared.families;

/** The apps of families: those of `children/`, or those that the module of `CHITTYOPS_CATALOG` exports as `children`, if any. */
export const declaredChildren: readonly ChildSpec[] = declared.children;

/** Whether core runs the operations plane: it does, but for a module of `CHITTYOPS_CATALOG` that does not export `opsPlane = true`. */
export const declaredOpsPlane: boolean = declared.opsPlane;

async function declaredIn(module: string | undefined): Promise<Declared> {
  if (!module) return { services: all, families: familyNames, children: allChildren, opsPlane: true };
  const file = resolve(module);
  // The engine runs the program in a folder of its own, where a relative path would lead elsewhere.
  process.env.CHITTYOPS_CATALOG = file;
  const {
    services,
    families = [],
    children = allChildren,
    opsPlane = false,
  }: Partial<Declared> = await import(pathToFileURL(file).href);
  if (!Array.isArray(services)) {
    throw new Error(
      `CHITTYOPS_CATALOG names ${module}, which exports no array "services". Remedy: export one, or unset the variable.`,
    );
  }
  return { services, families, children, opsPlane };
}
