import * as grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Problem } from "./check.ts";
import { decodeConfig } from "./config.ts";
import type { Change } from "./diff.ts";
import type { EngineLog } from "./engine-log.ts";
import { formatPath } from "./path.ts";
import type { Provider, Situation } from "./provider.ts";
import { toServiceError } from "./rpc-errors.ts";
import { environmentSecrets, redact, secretTexts } from "./secrets.ts";
import type { ValueMap } from "./value.ts";
import { fromStruct, toStruct } from "./wire.ts";

type Call<Request, Response> = grpc.ServerUnaryCall<Request, Response>;

/** The engine's resource provider protocol over a `Provider`: decoding, encoding, cancellation and errors; no behaviour of its own. */
export function providerService<Client>(provider: Provider<Client>, log: EngineLog): IResourceProviderServer {
  const shutdown = new AbortController();

  /** Runs one operation: its values name the secrets that its messages must not show. */
  function answer<Request, Response>(
    operation: (
      request: Request,
      run: (urn: string, ...values: ValueMap[]) => Situation,
    ) => Promise<Response> | Response,
  ): grpc.handleUnaryCall<Request, Response> {
    return (call: Call<Request, Response>, callback) => {
      const ended = new AbortController();
      call.on("cancelled", () => ended.abort());
      const signal = AbortSignal.any([shutdown.signal, ended.signal, ...deadline(call.request)]);
      const known: ValueMap[][] = [];
      // Gathered when there is a message to show, since most operations say nothing.
      // The provider's own apart: they stay secret where the values have the same in the open.
      const secrets = () => [
        ...environmentSecrets(process.env),
        ...[[provider.config], ...known].flatMap((values) => secretTexts(...values)),
      ];
      const run = (urn: string, ...values: ValueMap[]): Situation => {
        known.push(values);
        return { signal, log: (message) => log(urn, redact(message, secrets())) };
      };
      Promise.resolve()
        .then(() => operation(call.request, run))
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(toServiceError(error, secrets(), signal)),
        );
    };
  }

  return {
    handshake: answer(() => {
      const response = new messages.ProviderHandshakeResponse();
      return response.setAcceptSecrets(true).setAcceptResources(false).setAcceptOutputs(false);
    }),
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion(provider.definition.version)),
    attach: answer(() => new empty.Empty()),
    getSchema: answer(() => {
      const { name, version } = provider.definition;
      return new messages.GetSchemaResponse().setSchema(JSON.stringify({ name, version }));
    }),
    checkConfig: answer((request: messages.CheckRequest, run) => {
      const news = decodeConfig(fromStruct(request.getNews()), provider.definition.config);
      run(request.getUrn(), news);
      return checked(request, provider.checkConfig(news), news);
    }),
    diffConfig: answer((request: messages.DiffRequest, run) => {
      const { config } = provider.definition;
      const olds = decodeConfig(fromStruct(request.getOldInputs() ?? request.getOlds()), config);
      const news = decodeConfig(fromStruct(request.getNews()), config);
      run(request.getUrn(), olds, news);
      return diffed(provider.diffConfig(olds, news), false);
    }),
    configure: answer((request: messages.ConfigureRequest, run) => {
      const config = decodeConfig(fromStruct(request.getArgs()), provider.definition.config);
      run(request.getUrn() ?? "", config);
      provider.configure(config);
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true).setSupportspreview(true).setAcceptresources(false).setAcceptoutputs(false);
      return response;
    }),
    invoke: answer(async (request: messages.InvokeRequest, run) => {
      const args = fromStruct(request.getArgs());
      const outputs = await provider.invoke(request.getTok(), args, run("", args));
      return new messages.InvokeResponse().setReturn(toStruct(outputs));
    }),
    check: answer(async (request: messages.CheckRequest, run) => {
      const news = fromStruct(request.getNews());
      run(request.getUrn(), news);
      return checked(request, await provider.check(typeOf(request.getUrn()), news), news);
    }),
    diff: answer(async (request: messages.DiffRequest, run) => {
      const inputs = fromStruct(request.getOldInputs() ?? request.getOlds());
      const olds = { state: fromStruct(request.getOlds()), inputs };
      const news = fromStruct(request.getNews());
      const situation = run(request.getUrn(), olds.state, olds.inputs, news);
      const ignored = request.getIgnorechangesList();
      const result = await provider.diff(typeOf(request.getUrn()), olds, news, ignored, situation);
      return diffed(result.changes, result.deleteBeforeReplace);
    }),
    create: answer(async (request: messages.CreateRequest, run) => {
      const type = typeOf(request.getUrn());
      const inputs = fromStruct(request.getProperties());
      const situation = run(request.getUrn(), inputs);
      const response = new messages.CreateResponse();
      if (request.getPreview())
        return response.setProperties(toStruct(await provider.previewCreate(type, inputs, situation)));
      const made = await provider.create(type, inputs, situation);
      return response.setId(made.id).setProperties(toStruct(made.outputs));
    }),
    read: answer(async (request: messages.ReadRequest, run) => {
      const olds = { state: fromStruct(request.getProperties()), inputs: ifGiven(request.getInputs()) };
      const situation = run(request.getUrn(), olds.state, olds.inputs ?? {});
      const found = await provider.read(typeOf(request.getUrn()), request.getId(), olds, situation);
      const response = new messages.ReadResponse();
      if (!found) return response;
      return response.setId(found.id).setProperties(toStruct(found.outputs)).setInputs(toStruct(found.inputs));
    }),
    update: answer(async (request: messages.UpdateRequest, run) => {
      const type = typeOf(request.getUrn());
      const olds = { state: fromStruct(request.getOlds()), inputs: fromStruct(request.getOldInputs()) };
      const news = fromStruct(request.getNews());
      const situation = run(request.getUrn(), olds.state, olds.inputs, news);
      const response = new messages.UpdateResponse();
      if (request.getPreview())
        return response.setProperties(toStruct(await provider.previewUpdate(type, olds, news, situation)));
      const made = await provider.update(type, request.getId(), olds, news, situation);
      return response.setProperties(toStruct(made.outputs));
    }),
    delete: answer(async (request: messages.DeleteRequest, run) => {
      const olds = { state: fromStruct(request.getProperties()), inputs: fromStruct(request.getOldInputs()) };
      const situation = run(request.getUrn(), olds.state, olds.inputs);
      await provider.delete(typeOf(request.getUrn()), request.getId(), olds, situation);
      return new empty.Empty();
    }),
    cancel: answer(() => {
      shutdown.abort();
      return new empty.Empty();
    }),
    parameterize: unimplemented,
    call: unimplemented,
    construct: unimplemented,
    getMapping: answer(() => new messages.GetMappingResponse()),
    getMappings: answer(() => new messages.GetMappingsResponse()),
    list: (call) => {
      call.emit("error", { code: grpc.status.UNIMPLEMENTED, details: "This plugin cannot list resources." });
    },
  };
}

/** The time that the program allows an operation (`customTimeouts`), in seconds; 0 is no limit. */
function deadline(request: unknown): AbortSignal[] {
  const isLimited = request instanceof messages.CreateRequest || request instanceof messages.ReadRequest;
  const changes = request instanceof messages.UpdateRequest || request instanceof messages.DeleteRequest;
  const seconds = isLimited || changes ? request.getTimeout() : 0;
  return seconds > 0 ? [AbortSignal.timeout(seconds * 1000)] : [];
}

function ifGiven(properties: Struct | undefined): ValueMap | undefined {
  return properties && fromStruct(properties);
}

function unimplemented(_call: unknown, callback: grpc.sendUnaryData<never>): void {
  callback({ code: grpc.status.UNIMPLEMENTED, details: "This plugin has no such operation." });
}

/** Failures without a property of their own: beside a property the engine would print its value. */
function checked(
  request: messages.CheckRequest,
  problems: readonly Problem[],
  checkedValues: ValueMap,
): messages.CheckResponse {
  const secrets = secretTexts(checkedValues);
  const failures = problems.map((problem) =>
    new messages.CheckFailure().setReason(`${formatPath(problem.path)} ${redact(problem.reason, secrets)}`),
  );
  return new messages.CheckResponse().setInputs(request.getNews()).setFailuresList(failures);
}

const kinds = {
  add: [messages.PropertyDiff.Kind.ADD, messages.PropertyDiff.Kind.ADD_REPLACE],
  delete: [messages.PropertyDiff.Kind.DELETE, messages.PropertyDiff.Kind.DELETE_REPLACE],
  update: [messages.PropertyDiff.Kind.UPDATE, messages.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function diffed(changes: readonly Change[], deleteBeforeReplace: boolean): messages.DiffResponse {
  const response = new messages.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE).setHasdetaileddiff(true);
  response.setDiffsList([...new Set(changes.map((change) => String(change.path[0])))]);
  response.setReplacesList(changes.filter((change) => change.replace).map((change) => formatPath(change.path)));
  response.setDeletebeforereplace(deleteBeforeReplace);
  for (const change of changes) {
    const [inPlace, replacing] = kinds[change.kind];
    const kind = change.replace ? replacing : inPlace;
    response
      .getDetaileddiffMap()
      .set(formatPath(change.path), new messages.PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return response;
}

/** The type token in a URN: `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>`. */
function typeOf(urn: string): string {
  const qualified = urn.split("::")[2] ?? "";
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}
