import * as grpc from "@grpc/grpc-js";
import errors from "@pulumi/pulumi/proto/errors_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { InvalidArguments, ProviderError } from "./errors.ts";
import { formatPath } from "./path.ts";
import { InitFailed } from "./provider.ts";
import { redact } from "./secrets.ts";
import { toStruct } from "./wire.ts";

/**
 * An error as the engine expects it. What a user can act on is shown as its message alone; anything else is a bug
 * of ours and carries its stack. Secrets are blanked out either way.
 */
export function toServiceError(error: unknown, secrets: readonly string[], signal: AbortSignal): grpc.ServiceError {
  if (signal.aborted && !(error instanceof InitFailed)) return stopped(signal);
  if (error instanceof InitFailed) return initFailed(error, secrets);
  if (error instanceof InvalidArguments) return invalid(error, secrets);
  if (error instanceof ProviderError) return service(grpc.status.UNKNOWN, redact(error.message, secrets));
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return service(grpc.status.INTERNAL, redact(`This is a bug in the plugin: ${text}`, secrets));
}

function stopped(signal: AbortSignal): grpc.ServiceError {
  const isLate = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
  if (!isLate) return service(grpc.status.CANCELLED, "cancelled");
  return service(grpc.status.DEADLINE_EXCEEDED, "It did not end in the time that customTimeouts allows.");
}

function service(code: grpc.status, details: string, metadata = new grpc.Metadata()): grpc.ServiceError {
  return Object.assign(new Error(details), { code, details, metadata });
}

function withDetail(code: grpc.status, message: string, type: string, detail: Uint8Array): grpc.ServiceError {
  const packed = new any.Any();
  packed.pack(detail, type);
  const outer = new status.Status();
  outer.setCode(code);
  outer.setMessage(message);
  outer.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(outer.serializeBinary()));
  return service(code, message, metadata);
}

function initFailed(error: InitFailed, secrets: readonly string[]): grpc.ServiceError {
  const message = redact(error.message, secrets);
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(error.recorded.id);
  detail.setProperties(toStruct(error.recorded.outputs));
  detail.setInputs(toStruct(error.recorded.inputs));
  detail.setReasonsList([message]);
  return withDetail(grpc.status.UNKNOWN, message, "pulumirpc.ErrorResourceInitFailed", detail.serializeBinary());
}

function invalid(error: InvalidArguments, secrets: readonly string[]): grpc.ServiceError {
  const message = redact(error.message, secrets);
  const detail = new errors.InputPropertiesError();
  for (const problem of error.problems) {
    const property = new errors.InputPropertiesError.PropertyError();
    property.setPropertyPath(formatPath(problem.path));
    property.setReason(redact(problem.reason, secrets));
    detail.addErrors(property);
  }
  return withDetail(grpc.status.INVALID_ARGUMENT, message, "pulumirpc.InputPropertiesError", detail.serializeBinary());
}
