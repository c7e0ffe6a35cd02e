import * as grpc from "@grpc/grpc-js";
import providers from "@pulumi/pulumi/proto/provider_grpc_pb.js";

type Client = InstanceType<typeof providers.ResourceProviderClient>;
type Callback<Response> = (error: grpc.ServiceError | null, response: Response) => void;

/** A method of a generated client, with all its overloads, so that request and answer can be inferred. */
interface Method<Request, Response> {
  (request: Request, callback: Callback<Response>): grpc.ClientUnaryCall;
  (request: Request, metadata: grpc.Metadata, callback: Callback<Response>): grpc.ClientUnaryCall;
  (
    request: Request,
    metadata: grpc.Metadata,
    options: Partial<grpc.CallOptions>,
    callback: Callback<Response>,
  ): grpc.ClientUnaryCall;
}

/** A client of a plugin that listens on a loopback port. */
export function pluginClient(port: number): Client {
  return new providers.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
}

/** Calls a method of the client and gives its answer. */
export function call<Request, Response>(
  client: Client,
  method: Method<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const bound: Method<Request, Response> = method.bind(client);
    bound(request, (error, response) => (error ? reject(error) : resolve(response)));
  });
}
