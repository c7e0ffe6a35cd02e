import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { OutputRegistry } from "./output-registry.ts";

const known = (output: pulumi.Output<string>) => new Promise<string>((resolve) => output.apply(resolve));

describe("OutputRegistry", () => {
  it("answers with what is published, before or after it is asked", async () => {
    const registry = new OutputRegistry();
    const early = registry.script("a");
    registry.publishScript("a", pulumi.output("script-a"));
    registry.publishStore("b/kv/c", { id: pulumi.output("id"), name: pulumi.output("title") });
    expect(await known(early)).toBe("script-a");
    expect(await known(registry.store("b/kv/c").id)).toBe("id");
    expect(() => registry.close()).not.toThrow();
  });

  it("names what is asked for and never published, instead of waiting for ever", () => {
    const registry = new OutputRegistry();
    registry.store("a/kv/x").id.apply(() => {});
    registry.script("b");
    expect(() => registry.close()).toThrow("bound, and made by no service of this stack: a/kv/x, b");
  });

  it("refuses two owners of one name", () => {
    const registry = new OutputRegistry();
    registry.publishScript("a", pulumi.output("1"));
    expect(() => registry.publishScript("a", pulumi.output("2"))).toThrow("published twice: a");
  });
});
