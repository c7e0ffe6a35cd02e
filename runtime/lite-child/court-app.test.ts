import { createHash, randomBytes } from "node:crypto";
import { generateKeyPair } from "jose";
import { describe, expect, it, vi } from "vitest";
import { auditRecord } from "../../contracts/audit-record.ts";
import { custodyRecord } from "../../contracts/custody-record.ts";
import { verifyChain } from "../../contracts/hash-chain.ts";
import { signRequest } from "../signed-request/signed-request.ts";
import { canary, childKey, rootKey, verified } from "./testing/children.ts";
import { as, fetchAs, get, optionsOf, startChildren, token } from "./testing/start-children.ts";

const { miniflare } = startChildren("court");
const eventually = <T>(check: () => T | Promise<T>) => vi.waitUntil(check, { timeout: 20_000, interval: 20 });

describe("a court app", () => {
  const clerk = "clerk@county.test";
  const docket = "/api/v1/cases/2024D007847";
  const motion = randomBytes(300_000);
  const digest = createHash("sha256").update(motion).digest("hex");

  it("lets nobody in without a token, a second factor and a proven identity", async () => {
    const refusals: [Record<string, unknown> | undefined, number][] = [
      [undefined, 401],
      [{ amr: ["pwd"], acr: verified }, 403],
      [{ amr: ["mfa"], acr: "http://idmanagement.gov/ns/assurance/ial/1" }, 403],
    ];
    for (const [claims, status] of refusals) {
      const response = await fetchAs("court", claims && (await token(clerk, claims)), `${docket}/documents`);
      expect(response.status).toBe(status);
    }
  });

  it("takes a document in, keeps only its ciphertext, and gives it back to those with a role", async () => {
    expect((await as(clerk, docket, { method: "PUT" })).status).toBe(200);
    const roles = { [clerk]: "clerk", "counsel@firm.test": "counsel", "reader@press.test": "reader" };
    for (const [email, role] of Object.entries(roles)) {
      const path = `${docket}/members/${encodeURIComponent(email)}`;
      expect((await as(clerk, path, { method: "PUT", body: JSON.stringify({ role }) })).status).toBe(200);
    }
    const put = { method: "PUT", body: motion, headers: { "content-type": "application/pdf" } };
    const stored = await as("counsel@firm.test", `${docket}/documents/motion.pdf`, put);
    expect([stored.status, await stored.json()]).toMatchObject([201, { digest, bytes: motion.length, filedAt: null }]);

    const again = await as("counsel@firm.test", `${docket}/documents/motion.pdf`, put);
    expect(again.status).toBe(200);
    const other = await as("counsel@firm.test", `${docket}/documents/motion.pdf`, { ...put, body: "another" });
    expect(other.status).toBe(409);
    expect((await as("reader@press.test", `${docket}/documents/new.pdf`, put)).status).toBe(403);
    expect((await as("stranger@nowhere.test", `${docket}/documents`)).status).toBe(404);

    const bucket = await miniflare().getR2Bucket("DOCUMENTS", "court");
    const { objects } = await bucket.list();
    expect(objects.map(({ key }) => key)).toEqual([
      expect.stringMatching(/^documents\/circuit-court\/2024D007847\/motion\.pdf\/[0-9a-f-]{36}$/),
    ]);
    const ciphertext = Buffer.from(
      (await (await bucket.get(objects[0]?.key ?? ""))?.arrayBuffer()) ?? new ArrayBuffer(0),
    );
    expect(ciphertext.length).toBe(motion.length + 5 * 16);
    expect(ciphertext.includes(motion.subarray(0, 32))).toBe(false);

    const read = await as("reader@press.test", `${docket}/documents/motion.pdf`);
    expect(read.headers.get("content-type")).toBe("application/pdf");
    expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), motion)).toBe(0);
    const listed = await as("reader@press.test", `${docket}/documents?note=${canary}`);
    expect(await listed.json()).toMatchObject({ documents: [{ document: "motion.pdf", digest }] });
  });

  it("hands a document to the court under a signature that the court can check", async () => {
    const filed = await as("counsel@firm.test", `${docket}/documents/motion.pdf/filing`, { method: "POST" });
    expect(filed.status).toBe(202);
    await eventually(async () => {
      const { filings: known } = (await (await as(clerk, "/api/v1/filings")).json()) as {
        filings: { state: string }[];
      };
      return known[0]?.state === "delivered";
    });
    const taken = await miniflare().getKVNamespace("FILINGS", "efile");
    const filing = await taken.get("court/circuit-court/2024D007847/motion.pdf");
    expect(JSON.parse(filing ?? "")).toMatchObject({ case: "2024D007847", document: "motion.pdf", digest });
  });

  it("is heard by the court only with its own signature, for this request", async () => {
    const post = (headers: Record<string, string>, body = "{}") =>
      get("efile", "/filings", { method: "POST", headers, body });
    expect((await post({})).status).toBe(403);
    const stranger = await generateKeyPair("EdDSA");
    const signer = {
      key: stranger.privateKey,
      header: { alg: "EdDSA", kid: "court-1" },
      issuer: "court",
      audience: "efile",
    };
    const parts = { method: "POST", url: "http://efile.test/filings", body: "{}" };
    const forged = await signRequest(parts, signer, "key-1", Date.now());
    expect((await post({ ...forged, "idempotency-key": "key-1" })).status).toBe(401);
  });

  it("keeps a chain of custody in the locked bucket: who, what, when, and the document's digest", async () => {
    const vault = await miniflare().getR2Bucket("CUSTODY_VAULT", "court");
    const records = await eventually(async () => {
      const { objects } = await vault.list({ prefix: "custody/" });
      const texts = await Promise.all(objects.map(async ({ key }) => (await vault.get(key))?.text()));
      return texts.length >= 3 && texts.map((text) => JSON.parse(text ?? ""));
    });
    expect(verifyChain(records, { chain: "custody/local/court" })).toMatchObject({ problems: [] });
    const [stored] = records;
    const backup = await miniflare().getR2Bucket("BACKUP", "court");
    const documents = await miniflare().getR2Bucket("DOCUMENTS", "court");
    const copy = await eventually(async () => (await backup.get(stored.object)) ?? undefined);
    const original = await documents.get(stored.object);
    const bytesOf = async (object: typeof copy | null) =>
      Buffer.from((await object?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(Buffer.compare(await bytesOf(copy), await bytesOf(original))).toBe(0);
    expect(copy.customMetadata).toEqual(original?.customMetadata);
    expect(records.map((record) => custodyRecord.parse(record))).toMatchObject([
      { what: "stored", who: { email: "counsel@firm.test" }, documentDigest: digest },
      { what: "read", who: { email: "reader@press.test" }, documentDigest: digest },
      { what: "filed", who: { email: "counsel@firm.test" }, documentDigest: digest },
    ]);
  });

  it("has everything on its audit trail, refusals too, and no content", async () => {
    const response = await as(clerk, "/api/v1/audit?limit=1000");
    const { head, records } = (await response.json()) as {
      head: { sequence: number; digest: string };
      records: unknown[];
    };
    expect(verifyChain(records, { chain: "audit/local/court", head }).problems).toEqual([]);
    const ended = records.map((record) => auditRecord.parse(record)).filter(({ phase }) => phase === "ended");
    const seen = ended.map(({ who, action, status }) => `${who.email ?? who.subject} ${action} ${status}`);
    expect(seen).toEqual(
      expect.arrayContaining([
        "anonymous document.list 401",
        "counsel@firm.test document.store 201",
        "reader@press.test document.store 403",
        "reader@press.test document.read 200",
        "stranger@nowhere.test document.list 404",
        "counsel@firm.test document.file 202",
      ]),
    );
    const trail = JSON.stringify(records);
    for (const secret of [childKey, rootKey, canary, motion.subarray(0, 24).toString("base64")]) {
      expect(trail).not.toContain(secret);
    }
  });

  it("refuses names, bodies and callers that are not good, with the reason", async () => {
    const cases: [string, RequestInit, number][] = [
      [`/api/v1/cases/${"9".repeat(65)}/documents`, {}, 400],
      [`${docket}/documents/${encodeURIComponent("../order")}`, { method: "PUT", body: "x" }, 400],
      [`${docket}/documents/empty.pdf`, { method: "PUT", body: "" }, 400],
      [`${docket}/members/nobody`, { method: "PUT", body: '{"role":"clerk"}' }, 400],
      [`${docket}/members/a%40b.test`, { method: "PUT", body: '{"role":"judge"}' }, 400],
      [`${docket}/documents/absent.pdf`, {}, 404],
      ["/api/v1/audit?after=-1", {}, 400],
      ["/api/v1/filings/none/replay", { method: "POST" }, 404],
      ["/nothing", {}, 404],
    ];
    for (const [path, init, status] of cases) {
      const response = await as(clerk, path, init);
      expect([path, response.status, response.headers.get("content-type")]).toEqual([
        path,
        status,
        "application/problem+json",
      ]);
    }
    expect((await as("reader@press.test", "/api/v1/audit")).status).toBe(403);
  });

  it("puts a document back from the backup that is missing in its bucket, and says what is in neither", async () => {
    const documents = await miniflare().getR2Bucket("DOCUMENTS", "court");
    const backup = await miniflare().getR2Bucket("BACKUP", "court");
    const restore = async (email = clerk) => as(email, "/api/v1/restoration", { method: "POST" });
    const key = (await documents.list()).objects[0]?.key ?? "";
    expect((await restore("counsel@firm.test")).status).toBe(403);
    expect(await (await restore()).json()).toEqual({ documents: 1, restored: [], lost: [], next: null });
    await documents.delete(key);
    expect((await as(clerk, `${docket}/documents/motion.pdf`)).status).toBe(500);
    expect(await (await restore()).json()).toMatchObject({ restored: [key], lost: [] });
    const read = await as("reader@press.test", `${docket}/documents/motion.pdf`);
    expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), motion)).toBe(0);
    const copy = await (await backup.get(key))?.arrayBuffer();
    await Promise.all([documents.delete(key), backup.delete(key)]);
    expect(await (await restore()).json()).toMatchObject({ restored: [], lost: [key] });
    await documents.put(key, copy ?? "");
  });

  it("rewraps the keys of all cases by its schedule once its configuration names another version", async () => {
    const keys = async () => ((await (await get("court", "/api/v1/status")).json()) as { keys: unknown }).keys;
    expect(await keys()).toEqual({ version: 1, done: true, failedCases: 0 });
    await miniflare().setOptions(optionsOf(["court"], 2));
    expect(await keys()).toEqual({ version: 2, done: false, failedCases: 0 });
    const turn = async () => {
      const worker = await miniflare().getWorker("court");
      const { outcome } = await worker.scheduled({ scheduledTime: new Date(), cron: "2-59/5 * * * *" });
      expect(outcome).toBe("ok");
    };
    const rewrapped = async () => {
      const { records } = (await (await as(clerk, "/api/v1/custody?limit=1000")).json()) as {
        records: { what: string; keyVersion: number; who: { subject: string } }[];
      };
      return records.filter(({ what }) => what === "rewrapped").map(({ keyVersion, who }) => [keyVersion, who.subject]);
    };
    await turn();
    await eventually(async () => (await rewrapped()).length > 0);
    await turn();
    await eventually(async () => ((await keys()) as { done: boolean }).done);
    expect(await rewrapped()).toEqual([[2, "child"]]);
    const read = await as("reader@press.test", `${docket}/documents/motion.pdf`);
    expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), motion)).toBe(0);
  });
});
