import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { urnOf } from "../testing/sample-review.ts";
import { catalogLocation } from "./catalog-location.ts";

const repository = join(import.meta.dirname, "../../..");

it.each([
  ["chittyfinance", "catalog/services/chittyfinance.ts", 'name: "chittyfinance"'],
  ["chittyfinance-cache", "catalog/services/chittyfinance.ts", 'store: "cache"'],
  ["chittyid-api-keys", "catalog/services/chittyid.ts", 'name: "API_KEYS"'],
  ["chittyfinance-script", "catalog/services/chittyfinance.ts", "hosting:"],
  ["chittyfinance-crons", "catalog/services/chittyfinance.ts", "crons:"],
  ["chittyfinance-finance.chitty.cc", "catalog/services/chittyfinance.ts", '"finance.{domain}"'],
  ["chittyfinance-finance-database-project", "catalog/services/chittyfinance.ts", 'database: "finance"'],
  ["chittyevidence-custody-dead", "catalog/services/chittyevidence.ts", '"custody"'],
  ["secrets-chittyfinance/JWT_SECRET", "catalog/services/chittyfinance.ts", '"JWT_SECRET"'],
  ["secrets-shared/CHITTY_AUTH_SERVICE_TOKEN", "catalog/services/", '"CHITTY_AUTH_SERVICE_TOKEN"'],
  ["legal-consultant-documents", "catalog/services/legal-consultant.ts", '"DOCUMENTS"'],
  ["zone-min_tls_version", "stacks/core/zone.ts", '"zone"'],
  ["enrolment-key-cook-county", "stacks/core/enrolment-keys.ts", "enrolment-key-"],
  ["something-nobody-knows", "stacks/core/index.ts", ""],
])("%s comes from %s", (name, file, text) => {
  const found = catalogLocation(urnOf("a:b:C", name));
  expect(found.file.startsWith(file)).toBe(true);
  expect(existsSync(join(repository, found.file))).toBe(true);
  expect(readFileSync(join(repository, found.file), "utf8").split("\n")[found.line - 1]).toContain(text);
});

it("knows a place even for a stack that it does not know", () => {
  expect(catalogLocation("urn:pulumi:prod::another::a:b:C::thing")).toEqual({ file: "Pulumi.yaml", line: 1 });
});
