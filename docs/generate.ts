// Writes the reference pages that are made from code: `npm run docs`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogReference } from "./catalog-reference.ts";

writeFileSync(join(import.meta.dirname, "catalog.md"), catalogReference());
