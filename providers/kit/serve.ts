import { flushCompileCache } from "node:module";
import * as grpc from "@grpc/grpc-js";
import providers from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { ProviderDefinition } from "./definition.ts";
import { engineLog } from "./engine-log.ts";
import { Provider } from "./provider.ts";
import { providerService } from "./service.ts";

/** Properties of a large estate are larger than gRPC's default of 4 MB. */
const limits = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** How often a plugin looks whether the engine that started it is still there. */
const parentCheckMs = 1000;

/**
 * Serves a provider as a resource plugin: listens on loopback and prints the port as the first line, which is how the
 * engine finds it. Ends with the engine, also when that is killed.
 */
export async function serveProvider<Client>(definition: ProviderDefinition<Client>): Promise<void> {
  // Read before the port is printed: the engine may be killed the moment it has read that.
  const parent = process.ppid;
  const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
  const server = new grpc.Server(limits);
  server.addService(
    providers.ResourceProviderService,
    providerService(new Provider(definition), engineLog(engineAddress)),
  );
  const port = await listen(server);
  process.stdout.write(`${port}\n`);
  // Exit handlers end what is still running; a signal alone would skip them.
  process.on("SIGTERM", () => process.exit(143));
  // The engine ends its plugins in a way that leaves Node no time to keep what it compiled.
  setTimeout(flushCompileCache, parentCheckMs).unref();
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, parentCheckMs).unref();
}

function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}
