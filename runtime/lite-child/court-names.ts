import { z } from "zod";
import { checked } from "../problem/checked.ts";
import type { CourtContext } from "./audited.ts";
import type { CourtEnvironment } from "./environment.ts";

/** Dockets have no pattern that could be relied on, e.g. `2024D007847`; the limits are those of a path and of an object's name. */
const docket = z
  .string()
  .transform((text) => text.normalize("NFC"))
  .pipe(
    z
      .string()
      .min(1)
      .max(64, "a case number has at most 64 characters")
      .regex(/^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]+$/u, "a case number without control characters"),
  );
const documentName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    "a document's name: letters, digits, dots, hyphens and underscores, at most 80",
  );

/** @throws ProblemError 400 */
export function caseOf(context: CourtContext): string {
  return checked(docket, context.req.param("case"));
}

/** @throws ProblemError 400 */
export function documentOf(context: CourtContext): string {
  return checked(documentName, context.req.param("document"));
}

/** The object that keeps a case; the list is its name, since joined text could be cut in two ways. */
export function caseFileOf(env: CourtEnvironment, tenant: string, docket: string) {
  return env.CASE_FILE.getByName(JSON.stringify([tenant, docket]));
}
