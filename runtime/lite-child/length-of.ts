import { ProblemError } from "../problem/problem.ts";

/** Length of the body in bytes, which has to be said beforehand. @throws ProblemError 400, 411, 413 */
export function lengthOf(request: Request, most: number): number {
  const header = request.headers.get("content-length");
  if (header === null || !/^\d+$/.test(header)) {
    const detail = "The request does not say how long its body is. Send it with Content-Length.";
    throw new ProblemError({ status: 411, title: "Length required", detail });
  }
  const bytes = Number(header);
  if (bytes === 0) {
    throw new ProblemError({ status: 400, title: "Nothing sent", detail: "The body is empty. Send the document." });
  }
  if (bytes > most) {
    const detail = `The body has ${bytes} bytes, and ${most} is the most. Send less, or have quota.documentBytes raised.`;
    throw new ProblemError({ status: 413, title: "Too large", detail });
  }
  return bytes;
}
