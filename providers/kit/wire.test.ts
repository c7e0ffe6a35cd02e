import { deserializeProperties } from "@pulumi/pulumi/runtime/rpc.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { Opaque, Secret, unknown, type ValueMap } from "./value.ts";
import { fromStruct, toStruct } from "./wire.ts";

const signature = "4dabf18193072939515e22adb298388d";

describe("the engine's property encoding", () => {
  it("survives a round trip with secrets, unknowns and nesting", () => {
    const values: ValueMap = {
      text: "a",
      none: null,
      list: [1, true, new Secret("s"), unknown],
      map: { inner: new Secret({ deep: unknown }) },
    };
    expect(fromStruct(toStruct(values))).toEqual(values);
  });

  it("is what the SDK reads", () => {
    const read = deserializeProperties(toStruct({ open: "a", hidden: new Secret("b") }));
    expect(read).toMatchObject({ open: "a", hidden: { value: "b", [signature]: "1b47061264138c4ac30d75fd1eb44270" } });
  });

  it.each([
    ["a known output", { value: "x" }, "x"],
    ["a secret output", { value: "x", secret: true }, new Secret("x")],
    ["an unknown output", {}, unknown],
    ["an unknown secret output", { secret: true }, new Secret(unknown)],
  ])("takes %s apart", (_, fields, expected) => {
    const output = { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", dependencies: ["urn:x"], ...fields };
    expect(fromStruct(Struct.fromJavaScript({ output }))).toEqual({ output: expected });
  });

  it("takes a resource reference as the resource's id", () => {
    const reference = { [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "id-1" };
    expect(fromStruct(Struct.fromJavaScript({ reference }))).toEqual({ reference: "id-1" });
  });

  it("passes assets through untouched", () => {
    const asset = { [signature]: "c44067f5952c0a294b673a41bacd8c17", path: "./file", hash: "0a" };
    const values = fromStruct(Struct.fromJavaScript({ asset }));
    expect(values.asset).toBeInstanceOf(Opaque);
    expect(toStruct(values).toJavaScript()).toEqual({ asset });
  });

  it("opens a nested secret that the engine left as text of the state", () => {
    const secret = { [signature]: "1b47061264138c4ac30d75fd1eb44270", plaintext: '"s"' };
    expect(fromStruct(Struct.fromJavaScript({ secret }))).toEqual({ secret: new Secret("s") });
  });
});
