import type { ApiProblem } from "./api-error.ts";

/** `result_info` of a list: by page number or by cursor. */
export interface ResultInfo {
  page?: number;
  per_page?: number;
  count?: number;
  total_count?: number;
  total_pages?: number;
  cursor?: string;
  [field: string]: unknown;
}

/** A successful answer in Cloudflare's envelope. */
export function ok(
  result: unknown,
  options: { status?: number; info?: ResultInfo; messages?: ApiProblem[] } = {},
): Response {
  const envelope = {
    result,
    success: true,
    errors: [],
    messages: options.messages ?? [],
    ...(options.info ? { result_info: options.info } : {}),
  };
  return Response.json(envelope, { status: options.status ?? 200 });
}

/** A refusal in Cloudflare's envelope. */
export function refusal(status: number, problems: ApiProblem[], headers: Record<string, string> = {}): Response {
  return Response.json({ result: null, success: false, errors: problems, messages: [] }, { status, headers });
}
