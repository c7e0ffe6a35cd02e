import type { Readable } from "node:stream";
import * as grpc from "@grpc/grpc-js";
import analyzerService from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerMessages from "@pulumi/pulumi/proto/analyzer_pb.js";
import { unlimited } from "./grpc-limits.ts";

/** What the engine tells a policy pack about the stack it is to look at. */
export interface StackConfiguration {
  organization: string;
  project: string;
  stack: string;
  dryRun: boolean;
  /** Decrypted values by `namespace:name`. */
  config: Record<string, string>;
}

type Method = grpc.MethodDefinition<Buffer, Buffer>;
type UnaryCall = grpc.ServerUnaryCall<Buffer, Buffer>;
type Answer = grpc.sendUnaryData<Buffer>;

/**
 * Serves `Analyzer` to the engine before the policy pack runs, and passes calls on, as bytes, once it does.
 * The first call that is not a handshake says that the pack is wanted.
 */
export class PolicyPackProxy {
  /** Resolved with the stack's configuration, or with undefined when the engine asks for something else first. */
  readonly wanted: Promise<StackConfiguration | undefined>;
  readonly #server = new grpc.Server(unlimited);
  readonly #connected: Promise<grpc.Client>;
  #want: (configuration: StackConfiguration | undefined) => void = () => undefined;
  #connect: (client: grpc.Client) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #client: grpc.Client | undefined;
  #configuration: Buffer | undefined;

  constructor() {
    this.wanted = new Promise((want) => {
      this.#want = want;
    });
    this.#connected = new Promise((connect, fail) => {
      this.#connect = connect;
      this.#fail = fail;
    });
    this.#connected.catch(() => undefined);
  }

  /** Starts to listen on loopback and returns the port. */
  listen(): Promise<number> {
    const methods: Record<string, Method> = {};
    const handlers: Record<string, (call: UnaryCall, answer: Answer) => void> = {};
    for (const [name, definition] of Object.entries(analyzerService.AnalyzerService)) {
      const method = asBytes(definition as grpc.MethodDefinition<object, object>);
      methods[name] = method;
      handlers[name] = (call, answer) => this.#passOn(method, call, answer);
    }
    handlers.handshake = (_, answer) => answer(null, Buffer.alloc(0));
    handlers.configureStack = (call, answer) => {
      this.#configuration = call.request;
      this.#want(readConfiguration(call.request));
      answer(null, Buffer.alloc(0));
    };
    this.#server.addService(methods, handlers);
    return new Promise((done, failed) => {
      this.#server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) failed(error);
        else done(port);
      });
    });
  }

  /** Connects to a started pack: its first line of output is its port, everything after that goes to `print`. */
  connect(output: Readable, print: (bytes: Buffer) => void): void {
    let line: Buffer | undefined = Buffer.alloc(0);
    output.on("data", (bytes: Buffer) => {
      if (!line) return print(bytes);
      line = Buffer.concat([line, bytes]);
      const end = line.indexOf("\n");
      if (end < 0) return;
      const rest = line.subarray(end + 1);
      this.#connectTo(line.subarray(0, end).toString().trim());
      line = undefined;
      if (rest.length > 0) print(rest);
    });
  }

  /** To be called when the pack has ended and all it printed was passed on: the engine stops listening at the first failed call. */
  close(): void {
    this.#fail(new Error("the policy pack ended before it was ready"));
    this.#client?.close();
    // Not by force: calls that wait for the pack are still to be answered.
    this.#server.tryShutdown(() => undefined);
  }

  #connectTo(port: string): void {
    if (!/^\d+$/.test(port)) {
      this.#fail(new Error(`the policy pack's first line of output should be its port, but is: ${port}`));
      return;
    }
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), unlimited);
    this.#client = client;
    if (!this.#configuration) {
      this.#connect(client);
      return;
    }
    // The pack's library takes the stack's tags from here; an old one does not know the call, and need not.
    const method = asBytes(analyzerService.AnalyzerService.configureStack as grpc.MethodDefinition<object, object>);
    send(client, method, this.#configuration, new grpc.Metadata(), (error) => {
      if (error && error.code !== grpc.status.UNIMPLEMENTED)
        this.#fail(new Error(`the policy pack refused the stack's configuration: ${error.details ?? error.code}`));
      else this.#connect(client);
    });
  }

  #passOn(method: Method, call: UnaryCall, answer: Answer): void {
    this.#want(undefined);
    this.#connected.then(
      (client) => {
        const sent = send(client, method, call.request, call.metadata, answer);
        call.on("cancelled", () => sent.cancel());
      },
      (error: Error) => answer({ code: grpc.status.UNAVAILABLE, details: error.message }),
    );
  }
}

function send(client: grpc.Client, method: Method, request: Buffer, metadata: grpc.Metadata, answer: Answer) {
  return client.makeUnaryRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    request,
    metadata,
    (error, response) => answer(error, response),
  );
}

function asBytes(method: grpc.MethodDefinition<object, object>): Method {
  const same = (bytes: Buffer) => bytes;
  return {
    ...method,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function readConfiguration(bytes: Buffer): StackConfiguration {
  const request = analyzerMessages.AnalyzerStackConfigureRequest.deserializeBinary(bytes);
  return {
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    dryRun: request.getDryRun(),
    config: Object.fromEntries(request.getConfigMap().toArray()),
  };
}
