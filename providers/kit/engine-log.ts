import * as grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";

/** Shows a line at a resource. Never fails: a line that cannot be shown is dropped. */
export type EngineLog = (urn: string, message: string) => void;

/** Connects to the engine that started this plugin; without an address (a test, a debugger) lines go nowhere. */
export function engineLog(address: string | undefined): EngineLog {
  if (address === undefined) return () => {};
  const client = new engineService.EngineClient(address, grpc.credentials.createInsecure());
  return (urn, message) => {
    const request = new engine.LogRequest();
    request.setSeverity(engine.LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    client.log(request, () => {});
  };
}
