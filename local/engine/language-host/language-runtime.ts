import * as grpc from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languageMessages, {
  type GetProgramDependenciesRequest,
  type GetProgramDependenciesResponse,
  type InstallDependenciesRequest,
  type InstallDependenciesResponse,
  type LanguageHandshakeRequest,
  type LanguageHandshakeResponse,
  type RunPluginRequest,
  type RunPluginResponse,
  type RunRequest,
  type RunResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { engineVersion } from "../pin.ts";
import type { Children } from "./children.ts";
import { installDependencies } from "./install-dependencies.ts";
import { programDependencies } from "./program-dependencies.ts";
import { runPlugin } from "./run-plugin.ts";
import { runProgram } from "./run-program.ts";

type Unary<Request, Response> = (
  call: grpc.ServerUnaryCall<Request, Response>,
  answer: grpc.sendUnaryData<Response>,
) => void;

/**
 * The engine's `LanguageRuntime` protocol for Node. Code generation and packing are left to the official host:
 * the engine is told that they are not implemented.
 */
export function languageRuntime(engineAddress: string, children: Children): grpc.UntypedServiceImplementation {
  let engine = engineAddress;

  const handshake: Unary<LanguageHandshakeRequest, LanguageHandshakeResponse> = (call, answer) => {
    engine = call.request.getEngineAddress() || engine;
    answer(null, new languageMessages.LanguageHandshakeResponse());
  };

  const run: Unary<RunRequest, RunResponse> = (call, answer) => {
    const onCancelled = (stop: () => void) => void call.on("cancelled", stop);
    runProgram(call.request, engine, children, onCancelled).then((response) => answer(null, response), refuse(answer));
  };

  const plugin = (call: grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>) => {
    runPlugin(call, children).catch((error: Error) => call.destroy(serviceError(error)));
  };

  const install = (call: grpc.ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>) => {
    const print = (bytes: Buffer) => {
      const response = new languageMessages.InstallDependenciesResponse();
      response.setStderr(bytes);
      call.write(response);
    };
    installDependencies(call.request.getDirectory(), print).then(
      () => call.end(),
      (error: Error) => call.destroy(serviceError(error)),
    );
  };

  const dependencies: Unary<GetProgramDependenciesRequest, GetProgramDependenciesResponse> = (call, answer) => {
    const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getPwd();
    const response = new languageMessages.GetProgramDependenciesResponse();
    for (const { name, version } of programDependencies(folder)) {
      const dependency = new languageMessages.DependencyInfo();
      dependency.setName(name);
      dependency.setVersion(version);
      response.addDependencies(dependency);
    }
    answer(null, response);
  };

  return {
    handshake,
    run,
    runPlugin: plugin,
    installDependencies: install,
    getProgramDependencies: dependencies,
    getPluginInfo: (_, answer) => {
      const info = new pluginMessages.PluginInfo();
      info.setVersion(engineVersion);
      answer(null, info);
    },
    about: (_, answer) => {
      const about = new languageMessages.AboutResponse();
      about.setExecutable(process.execPath);
      about.setVersion(process.version);
      answer(null, about);
    },
    // Every resource of a Node program names its plugin's version itself, so nothing has to be found out beforehand.
    getRequiredPackages: (_, answer) => answer(null, new languageMessages.GetRequiredPackagesResponse()),
    getRequiredPlugins: (_, answer) => answer(null, new languageMessages.GetRequiredPluginsResponse()),
    runtimeOptionsPrompts: (_, answer) => answer(null, new languageMessages.RuntimeOptionsResponse()),
    template: (_, answer) => answer(null, new languageMessages.TemplateResponse()),
    cancel: (_, answer) => {
      children.stopAll().then(() => answer(null, new empty.Empty()), refuse(answer));
    },
  } satisfies Partial<ILanguageRuntimeServer>;
}

function refuse(answer: (error: grpc.ServiceError | Partial<grpc.StatusObject>) => void): (error: Error) => void {
  return (error) => answer(serviceError(error));
}

function serviceError(error: Error): Error & Partial<grpc.StatusObject> {
  return Object.assign(error, { code: grpc.status.UNKNOWN, details: error.message });
}
