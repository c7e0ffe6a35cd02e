import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { type JsonMap, Opaque, Secret, unknown, type Value, type ValueMap } from "./value.ts";

/** Markers of the engine's property encoding (pulumi sdk/go/common/resource/properties.go and plugin/rpc.go). */
const signature = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
};
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknowns = new Set([
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Decodes properties from a request. An absent struct is an empty map. */
export function fromStruct(struct: Struct | undefined): ValueMap {
  if (struct === undefined) return {};
  return decodeMap(struct.toJavaScript() as Record<string, unknown>);
}

/** Encodes properties for an answer. */
export function toStruct(values: ValueMap): Struct {
  return Struct.fromJavaScript(encodeMap(values));
}

function decodeMap(fields: Record<string, unknown>): ValueMap {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, decode(value)]));
}

function decode(value: unknown): Value {
  if (typeof value === "string") return unknowns.has(value) ? unknown : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return null;
  return decodeObject(value as Record<string, unknown>);
}

function decodeObject(fields: Record<string, unknown>): Value {
  switch (fields[signature]) {
    case undefined:
      return decodeMap(fields);
    case signatures.secret:
      // State files keep the JSON text of a nested secret where the engine has not opened it itself.
      if (typeof fields.plaintext === "string") return new Secret(decode(JSON.parse(fields.plaintext)));
      return new Secret(decode(fields.value));
    case signatures.output: {
      const inner = "value" in fields ? decode(fields.value) : unknown;
      return fields.secret === true ? new Secret(inner) : inner;
    }
    case signatures.resource:
      return decode(fields.id ?? fields.urn ?? null);
    default:
      return new Opaque(fields as JsonMap);
  }
}

type WireValue = null | boolean | number | string | WireValue[] | { [key: string]: WireValue };

function encodeMap(values: ValueMap): { [key: string]: WireValue } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encode(value)]));
}

function encode(value: Value): WireValue {
  if (value === unknown) return unknownText;
  if (value instanceof Secret) return { [signature]: signatures.secret, value: encode(value.value) };
  if (value instanceof Opaque) return value.wire;
  if (Array.isArray(value)) return value.map(encode);
  return typeof value === "object" && value !== null ? encodeMap(value) : value;
}
