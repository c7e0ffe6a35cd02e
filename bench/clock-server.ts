import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What tells the plane how far its clock is ahead, as the embedded cloud does. */
export async function clockServer() {
  let aheadMilliseconds = 0;
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ aheadMilliseconds }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    now: () => Date.now() + aheadMilliseconds,
    advance: (milliseconds: number) => {
      aheadMilliseconds += milliseconds;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
