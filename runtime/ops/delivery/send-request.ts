import { retryAfterOf } from "../../retry-after/retry-after-of.ts";
import { fetchSafely, OutboundError } from "../outbound/fetch-safely.ts";

/** What is sent to a receiver, by `POST`. */
export interface DeliveryRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What an attempt met. `gone`: the receiver wants nothing any more. `wish`: milliseconds it wants to be left alone for. */
export type Attempted =
  | { taken: true; outcome: string }
  | { taken: false; outcome: string; gone?: boolean; wish?: number };

const answerWithinMilliseconds = 15_000;
/** Of the answer; a receiver may answer any length. */
const bytesRead = 2_000;

/** Makes one attempt: anything but a success (2xx) in time is a failure, a redirect too. */
export async function sendRequest(
  { url, headers, body }: DeliveryRequest,
  { local, now, timeout = answerWithinMilliseconds }: { local: boolean; now: number; timeout?: number },
): Promise<Attempted> {
  try {
    const answer = await fetchSafely(url, {
      local,
      loopback: local,
      timeout,
      largestBody: bytesRead,
      headers,
      send: body,
    });
    const { status } = answer;
    const outcome = `the receiver answered ${status}`;
    if (status >= 200 && status < 300) return { taken: true, outcome };
    if (status >= 300 && status < 400) return { taken: false, outcome: `${outcome}: redirects are not followed` };
    const wish = status === 429 || status === 503 ? retryAfterOf(answer.headers.get("retry-after"), now) : undefined;
    return { taken: false, outcome, gone: status === 410, ...(wish !== undefined && { wish }) };
  } catch (error) {
    if (error instanceof OutboundError) return { taken: false, outcome: error.message.slice(0, 300) };
    throw error;
  }
}
