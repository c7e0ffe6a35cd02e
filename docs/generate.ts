// Writes the reference pages that are made from code: `npm run docs`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogReference } from "./catalog-reference.ts";
import { complianceReference } from "./compliance-reference.ts";

writeFileSync(join(import.meta.dirname, "catalog.md"), catalogReference());
writeFileSync(join(import.meta.dirname, "compliance.md"), complianceReference());
