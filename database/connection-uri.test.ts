import fc from "fast-check";
import { expect, it } from "vitest";
import { parseConnectionUri, redactUri } from "./connection-uri.ts";

it("reads what libpq reads", () => {
  expect(
    parseConnectionUri("postgres://a%40b:p%2Fw@[::1]:6543/my%20db?sslmode=verify-full&options=endpoint%3Dep-1"),
  ).toEqual({
    host: "::1",
    port: 6543,
    user: "a@b",
    password: "p/w",
    database: "my db",
    sslMode: "verify-full",
    rootCertificate: undefined,
    channelBinding: "prefer",
    startupOptions: "endpoint=ep-1",
  });
  expect(parseConnectionUri("postgresql://app@h")).toMatchObject({ port: 5432, database: "app", password: undefined });
});

it("shows who connects where, never the password", () => {
  expect(redactUri("postgresql://app:canary@h:1/db?password=canary")).toBe("postgresql://app:***@h:1/db");
  const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((drawn) => drawn.isWellFormed());
  fc.assert(
    fc.property(text, fc.boolean(), (drawn, encode) => {
      const secret = `canary${drawn}canary`;
      const shown = redactUri(`postgresql://app:${encode ? encodeURIComponent(secret) : secret}@h/db`);
      expect(shown).not.toContain("canary");
    }),
  );
});
