import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conceal, environmentSecrets, redact, secretPaths, secretTexts } from "./secrets.ts";
import { reveal, Secret, unknown, type ValueMap } from "./value.ts";

const canary = "canary/secret+1";

describe("secretPaths and conceal", () => {
  it("marks outputs at the paths where the inputs were secret", () => {
    const inputs: ValueMap = { origin: { password: new Secret(canary), host: "h" } };
    const outputs = conceal({ origin: { password: canary, host: "h" }, id: "1" }, secretPaths(inputs));
    expect(outputs).toEqual({ origin: { password: new Secret(canary), host: "h" }, id: "1" });
  });

  it("takes a whole list as secret when one of its items holds a secret, since items move", () => {
    const inputs: ValueMap = { bindings: [{ name: "A" }, { name: "B", text: new Secret(canary) }] };
    const outputs = conceal({ bindings: [{ name: "B", text: canary }] }, secretPaths(inputs));
    expect(outputs.bindings).toBeInstanceOf(Secret);
  });

  it("skips what is not there and keeps what is secret already", () => {
    const outputs: ValueMap = { token: new Secret(unknown) };
    expect(conceal(outputs, [["token"], ["missing"], ["token", "deeper"]])).toEqual(outputs);
  });

  it("never shows a value that was secret, wherever it stood", () => {
    const tree = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constant(new Secret(canary)),
        fc.integer(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), tree, { maxKeys: 3 }), (inputs) => {
        const asked = inputs as ValueMap;
        const outputs = conceal(reveal(asked) as ValueMap, secretPaths(asked));
        const plain = JSON.stringify(outputs, (_, value) => (value instanceof Secret ? "[secret]" : value));
        expect(plain).not.toContain(canary);
      }),
    );
  });
});

describe("redact", () => {
  it.each([
    ["plain", canary],
    ["inside JSON", JSON.stringify({ text: canary })],
    ["percent-encoded", encodeURIComponent(canary)],
    ["base64-encoded", Buffer.from(canary).toString("base64")],
  ])("blanks a secret out: %s", (_, text) => {
    expect(redact(`it was <${text}>`, [canary])).toContain("[secret]");
    expect(redact(text, [canary])).not.toContain(text);
  });

  it("blanks the longer secret first where one contains the other", () => {
    expect(redact("abcdef", ["abc", "abcdef"])).toBe("[secret]");
  });

  it("leaves words alone that only contain a very short secret", () => {
    expect(redact("a plain message", ["a", ""])).toBe("a plain message");
  });
});

describe("secretTexts", () => {
  it("finds every text inside secrets and nothing else", () => {
    const tree: ValueMap = { a: "open", b: new Secret({ c: "one", d: ["two", 3, unknown] }) };
    expect(secretTexts(tree)).toEqual(["one", "two"]);
  });

  it("leaves out what is open elsewhere: the names in a list that the state holds as secret", () => {
    const inputs = { bindings: [{ name: "TOKEN", text: new Secret(canary) }] };
    const state = { bindings: new Secret([{ name: "TOKEN", text: canary }]) };
    expect(secretTexts(inputs, state)).toEqual([canary, canary]);
  });
});

describe("environmentSecrets", () => {
  it("takes credentials by their names", () => {
    const environment = { CLOUDFLARE_API_TOKEN: canary, CHITTYOPS_SECRET_X: "12345678", HOME: "/home/me", TOKENS: "3" };
    expect(environmentSecrets(environment)).toEqual([canary, "12345678"]);
  });
});
