import type { z } from "zod";
import { ProblemError } from "./problem.ts";

/** Input that keeps its schema. @throws ProblemError 400 that lists everything that is wrong, without the values */
export function checked<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new ProblemError({ status: 400, title: "Input not accepted", detail: problems.join("; ") });
}
