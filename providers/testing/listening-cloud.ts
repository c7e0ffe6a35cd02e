import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { controlListener } from "../../local/cloud/control/listener.ts";
import { openTestCloud } from "../../local/cloud/control/test-cloud.ts";

/** The embedded cloud's control API on a loopback port, over a runtime that only remembers. */
export async function listeningCloud() {
  const cloud = openTestCloud();
  const sent: string[] = [];
  const listen = controlListener(cloud.app);
  const server = createServer((request, response) => {
    sent.push(`${request.method} ${request.url?.replace("/client/v4", "").replace(/\?.*/, "")}`);
    listen(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    cloud,
    /** Request lines in order, without queries. */
    sent,
    baseUrl: `http://127.0.0.1:${port}/client/v4`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      cloud.close();
    },
  };
}
