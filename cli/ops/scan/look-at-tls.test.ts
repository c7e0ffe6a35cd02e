import type { AddressInfo } from "node:net";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { selfSigned } from "../../../local/cloud/postgres/certificate.ts";
import { certificatesOf } from "./look-from-here.ts";

const now = Date.parse("2026-11-26T12:00:00Z");
const day = 24 * 3_600_000;
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function serving(days: number, options: TlsOptions = {}) {
  const certificate = selfSigned(new Date(now + days * day));
  const server = createServer({ ...certificate, ...options }, (socket) => socket.end());
  server.on("tlsClientError", () => {});
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  return { ca: certificate.cert, place: { service: "chittyfinance", family: "chittyos", url } };
}

describe("what TLS says of a service", () => {
  it("is until when its certificate is good, which the plane keeps and counts the days of", async () => {
    const { ca, place } = await serving(5);
    expect(await certificatesOf([place], [], now, ca)).toEqual({
      certificates: [{ service: "chittyfinance", until: "2026-12-01T12:00:00.000Z" }],
      findings: [],
      unknown: [],
    });
  });

  it.each([
    [200, []],
    [13, [{ rule: "tls", severity: "minor", found: expect.stringContaining("runs out in 13 days") }]],
    [2, [{ rule: "tls", severity: "major", found: expect.stringContaining("runs out in 2 days") }]],
  ])("is a finding where the plane keeps none and it is good for %s days", async (days, expected) => {
    const { ca, place } = await serving(days);
    expect(await certificatesOf([], [place], now, ca)).toMatchObject({ certificates: [], findings: expected });
  });

  it("is that a certificate is not trusted, and that it speaks what is outdated", async () => {
    const { place } = await serving(200, { minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
    const { findings } = await certificatesOf([place], [], now);
    expect(findings.map(({ severity, found }) => [severity, found])).toEqual([
      ["major", expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT")],
      ["major", expect.stringMatching(/still speaks TLSv1/)],
    ]);
  });

  it("is unknown, and said to be, without TLS and without an answer", async () => {
    const { ca, place } = await serving(200);
    servers.pop()?.close();
    const plain = { ...place, url: "http://finance.chitty.localhost:28353/" };
    expect(await certificatesOf([place, plain], [], now, ca)).toEqual({
      certificates: [],
      findings: [],
      unknown: [
        "the certificates of chittyfinance: there is no TLS",
        "the certificates of chittyfinance: nobody answered",
      ],
    });
  });
});
