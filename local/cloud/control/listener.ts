import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { ControlApp } from "./app.ts";
import { type SocketAction, socketAction } from "./socket-action.ts";

/** The listener for `http.createServer`: serves the app and does to the socket what fault rules ask for. */
export function controlListener(app: ControlApp): RequestListener {
  const listen = getRequestListener(
    async (request, bindings) => {
      const response = await app.fetch(request);
      const action = socketAction(response);
      if (!action) return response;
      await strike(action, response, bindings.outgoing as ServerResponse);
      return RESPONSE_ALREADY_SENT;
    },
    { overrideGlobalObjects: false },
  );
  return (incoming: IncomingMessage, outgoing: ServerResponse) => void listen(incoming, outgoing);
}

async function strike(action: SocketAction, response: Response, outgoing: ServerResponse): Promise<void> {
  if (action === "exit") process.kill(process.pid, "SIGKILL");
  if (action === "reset") {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), "content-length": body.length });
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.socket?.destroy());
}
