import { z } from "zod";
import { jsonOf } from "../../http/json-of.ts";
import { type OutboundAnswer, OutboundError } from "../outbound/fetch-safely.ts";
import type { CheckResult } from "./check-state.ts";

/** What is asked for, and what makes the answer good. */
export interface Look {
  url: string;
  /** HTTP status, e.g. 200. */
  status: number;
  /** `json`: what `status` of the answer's JSON has to be, e.g. `ok`. `text`: what has to be in the answer. */
  body?: { json: string } | { text: string } | undefined;
}

/** Bytes of an answer that are looked at. */
const lookBody = { health: 8 * 1_024, page: 256 * 1_024 } as const;

export type Get = (url: string, largestBody: number) => Promise<OutboundAnswer>;

const document = z.looseObject({ status: z.string() });

/** Asks once. A redirect says nothing about what is behind it. @param at when the look counts, in milliseconds */
export async function lookAt({ url, status, body }: Look, get: Get, at: number): Promise<CheckResult> {
  const started = Date.now();
  try {
    const answer = await get(url, body !== undefined && "text" in body ? lookBody.page : lookBody.health);
    const latency = Date.now() - started;
    if (answer.status >= 300 && answer.status < 400) {
      const where = originOf(answer.headers.get("location"), url);
      return { at, good: false, fault: "unverifiable", detail: `answers ${answer.status}, a redirect to ${where}` };
    }
    if (answer.status !== status) {
      // What Cloudflare answers when it cannot reach what is behind it.
      const fault = answer.status >= 521 && answer.status <= 530 ? "unreachable" : "unhealthy";
      return { at, good: false, fault, latency, detail: `answers ${answer.status} where ${status} is expected` };
    }
    const wrong = body && wrongBody(answer.body, body);
    if (wrong !== undefined) return { at, good: false, fault: "unhealthy", latency, detail: wrong };
    return { at, good: true, latency, detail: `answers ${status} in ${latency} ms` };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { at, good: false, fault: "unreachable", detail: error.message.slice(0, 200) };
  }
}

function wrongBody(text: string, expected: NonNullable<Look["body"]>): string | undefined {
  if ("text" in expected) {
    return text.includes(expected.text) ? undefined : `answers without ${JSON.stringify(expected.text)}`;
  }
  const { status } = document.safeParse(jsonOf(text)).data ?? {};
  if (status === expected.json) return undefined;
  const found = status === undefined ? "no status" : `the status ${JSON.stringify(status.slice(0, 40))}`;
  return `says ${found} where ${JSON.stringify(expected.json)} is expected`;
}

function originOf(location: string | null, base: string): string {
  return location !== null && URL.canParse(location, base) ? new URL(location, base).origin : "nowhere";
}
