import { describe, expect, it, vi } from "vitest";
import { isPublicAddress, refusalOf } from "./address-rules.ts";
import { fetchSafely, type Outbound, type OutboundOptions } from "./fetch-safely.ts";

describe("an address that somebody names", () => {
  it.each([
    ["https://finance.chitty.cc/health", false],
    ["https://xn--bcher-kva.example/", false],
    ["http://finance.chitty.localhost:8787/health", true],
  ])("%s is asked", (url, local) => expect(refusalOf(url, { local })).toBeUndefined());

  it.each([
    ["not a url", /no URL/],
    ["http://finance.chitty.cc/", /not https/],
    ["ftp://finance.chitty.cc/", /not https/],
    ["https://user:password@finance.chitty.cc/", /credentials/],
    ["https://finance.chitty.cc:8443/", /port/],
    ["https://127.0.0.1/", /IP address/],
    ["https://2130706433/", /IP address/],
    ["https://0x7f000001/", /IP address/],
    ["https://0177.0.0.1/", /IP address/],
    ["https://127.1/", /IP address/],
    ["https://[::1]/", /IP address/],
    ["https://[::ffff:169.254.169.254]/", /IP address/],
    ["https://localhost/", /inside a network/],
    ["https://localhost./", /inside a network/],
    ["https://a.localhost/", /inside a network/],
    ["https://metadata.google.internal/", /inside a network/],
    ["https://printer.local/", /inside a network/],
    ["https://intranet/", /inside a network/],
  ])("%s is not", (url, why) => expect(refusalOf(url, { local: false })).toMatch(why));

  it.each([
    ["https://finance.chitty.cc/", /below \.localhost/],
    ["http://localhost:5432/", /below \.localhost/],
    ["http://127.0.0.1:5432/", /IP address/],
    ["http://evil-localhost/", /below \.localhost/],
    ["https://a.chitty.localhost/", /not http:/],
  ])("%s is not in local", (url, why) => expect(refusalOf(url, { local: true })).toMatch(why));
});

describe("what a name resolves to", () => {
  it.each(["104.16.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"])(
    "%s is public",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  it.each([
    ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255"],
    ...["192.168.1.1", "192.0.2.7", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "1.2.3", "1.2.3.999"],
    ...["::", "::1", "::ffff:10.0.0.1", "fc00::1", "fd12::1", "fe80::1", "ff02::1", "64:ff9b::a00:1", "2001:db8::1"],
    ...["2002:a00:1::", "2001::1", "2001:0:1::", "3fff::1", ""],
  ])("%s is not", (address) => expect(isPublicAddress(address)).toBe(false));
});

const options: OutboundOptions = { local: false, timeout: 1_000, largestBody: 1_000 };
function reaching(answer: Outbound["fetch"], addresses: string[] = ["104.16.1.1"]): Outbound {
  return { fetch: answer, lookUp: async () => addresses };
}
const url = "https://finance.chitty.cc/health";

describe("asking it", () => {
  it("gives the answer, and follows no redirect", async () => {
    let seen: RequestInit | undefined;
    const redirecting = reaching(async (_, init) => {
      seen = init;
      return new Response("moved", { status: 302, headers: { location: "http://169.254.169.254/" } });
    });
    expect(await fetchSafely(url, options, redirecting)).toMatchObject({ status: 302, body: "moved" });
    expect(seen?.redirect).toBe("manual");
  });

  it("asks nothing when one of several addresses is inside a network, or there is none", async () => {
    const never = async () => {
      throw new Error("was asked");
    };
    await expect(fetchSafely(url, options, reaching(never, ["104.16.1.1", "10.0.0.1"]))).rejects.toThrow(/inside/);
    await expect(fetchSafely(url, options, reaching(never, []))).rejects.toThrow(/no address/);
    await expect(fetchSafely("https://127.0.0.1/", options, reaching(never))).rejects.toMatchObject({ refused: true });
  });

  it("reads no more of an endless body than is wanted", async () => {
    let pulled = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(400).fill(97));
        },
      });
    const answer = await fetchSafely(
      url,
      options,
      reaching(async () => new Response(endless())),
    );
    expect(answer.body).toBe("a".repeat(1_000));
    expect(pulled).toBeLessThan(6);
  });

  it("leaves no timer behind, of which an isolate may have 10,000", async () => {
    vi.useFakeTimers();
    try {
      await fetchSafely(
        url,
        options,
        reaching(async () => new Response("yes")),
      );
      const failing = reaching(() => Promise.reject(new Error("reset")));
      await expect(fetchSafely(url, options, failing)).rejects.toThrow(/reset/);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("ends in time, whether no head comes, no body, or no address", async () => {
    const soon = { ...options, timeout: 5 };
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
    const hanging = [
      reaching((_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject()))),
      reaching(async () => new Response(silent)),
      { ...reaching(async () => new Response()), lookUp: () => new Promise<string[]>(() => {}) },
    ];
    for (const outbound of hanging) await expect(fetchSafely(url, soon, outbound)).rejects.toThrow(/within/);
  });
});
