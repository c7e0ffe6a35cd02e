import { accountsAndZones } from "../../catalog/index.ts";
import type { LocalDaemon } from "../../contracts/local.ts";
import { startDaemon } from "../../local/cloud/client.ts";
import { chittyopsHome } from "../../local/engine/home.ts";
import { processStartedAt } from "../locks/process-identity.ts";
import type { Session } from "../session.ts";

const lookEvery = 300;
/** One that keeps ending has a reason that a restart does not cure. */
const restarts = 3;

/**
 * Watches over the embedded cloud while the engine works: plugins retry refused connections for minutes, so one that ended is started
 * again at once, on the same ports and with everything it had acknowledged.
 */
export function keepEmbeddedCloud(session: Session, first: LocalDaemon): Disposable & { restarts(): number } {
  let daemon = first;
  let left = restarts;
  let busy = false;
  const timer = setInterval(async () => {
    if (busy || processStartedAt(daemon.pid) !== undefined) return;
    busy = true;
    if (left === 0) return clearInterval(timer);
    left -= 1;
    session.console.warn("The embedded cloud ended unexpectedly (npx chittyops local logs); starting it again.");
    try {
      daemon = await startDaemon({ home: chittyopsHome(), seed: accountsAndZones("local") });
      busy = false;
    } catch (error) {
      session.console.warn(error instanceof Error ? error.message : String(error));
      clearInterval(timer);
    }
  }, lookEvery);
  return { restarts: () => restarts - left, [Symbol.dispose]: () => clearInterval(timer) };
}
