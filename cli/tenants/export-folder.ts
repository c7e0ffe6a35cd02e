import { join, resolve } from "node:path";
import type { EnvironmentName } from "../../catalog/index.ts";
import { chittyopsHome } from "../../local/engine/home.ts";

/** A new folder for each export, so that none takes the place of an older one. */
export function exportFolder(
  { id }: { id: string },
  environment: EnvironmentName,
  below: string | undefined,
  now: Date,
): string {
  const moment = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return join(
    below === undefined ? join(chittyopsHome(), "exports") : resolve(below),
    `${environment}-${id}-${moment}`,
  );
}
