import * as grpc from "@grpc/grpc-js";
import providers from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { notes } from "../testing/notes.ts";
import { call, pluginClient } from "../testing/plugin-client.ts";
import { Provider } from "./provider.ts";
import { providerService } from "./service.ts";
import { Secret, unknown, type ValueMap } from "./value.ts";
import { fromStruct, toStruct } from "./wire.ts";

const canary = "canary-7c1e5b";
const urn = (type = "notes:index:Note") => `urn:pulumi:dev::project::my:index:Parent$${type}::name`;

let stop = () => {};
afterEach(() => stop());

async function start() {
  const { definition, stored } = notes();
  const lines: string[] = [];
  const server = new grpc.Server();
  const service = providerService(new Provider(definition), (_, line) => lines.push(line));
  server.addService(providers.ResourceProviderService, service);
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const client = pluginClient(port);
  stop = () => {
    client.close();
    server.forceShutdown();
  };
  const configuration = new messages.ConfigureRequest().setArgs(toStruct({ token: new Secret(canary), retries: "3" }));
  await call(client, client.configure, configuration);
  const create = (properties: ValueMap, preview = false, type = "notes:index:Note") => {
    const request = new messages.CreateRequest().setUrn(urn(type)).setProperties(toStruct(properties));
    return call(client, client.create, request.setPreview(preview));
  };
  return { client, create, stored, lines };
}

describe("the plugin protocol", () => {
  it("says what it accepts, and its version", async () => {
    const { client } = await start();
    const handshake = await call(client, client.handshake, new messages.ProviderHandshakeRequest());
    expect(handshake.getAcceptSecrets()).toBe(true);
    const info = await call(client, client.getPluginInfo, new empty.Empty());
    expect(info.getVersion()).toBe("1.2.3");
    const schema = await call(client, client.getSchema, new messages.GetSchemaRequest());
    expect(JSON.parse(schema.getSchema())).toEqual({ name: "notes", version: "1.2.3" });
  });

  it("checks configuration in its true types and ignores what the engine adds", async () => {
    const { client } = await start();
    const check = (news: ValueMap) =>
      call(client, client.checkConfig, new messages.CheckRequest().setUrn(urn()).setNews(toStruct(news)));
    const good = await check({ retries: "2", token: "t", version: "1.2.3", __internal: {} });
    expect(good.getFailuresList()).toEqual([]);
    const bad = await check({ retries: "0", tokn: "t" });
    expect(bad.getFailuresList().map((failure) => failure.getReason())).toEqual([
      "tokn is not a property here; did you mean token?",
      "retries must be at least 1, found 0",
    ]);
  });

  it("never replaces a provider for another configuration", async () => {
    const { client } = await start();
    const request = new messages.DiffRequest().setUrn(urn()).setOldInputs(toStruct({ token: "a" }));
    const response = await call(client, client.diffConfig, request.setNews(toStruct({ token: "b" })));
    expect(response.getDiffsList()).toEqual(["token"]);
    expect(response.getReplacesList()).toEqual([]);
  });

  it("reports check failures with their paths and without values", async () => {
    const { client } = await start();
    const news = { title: new Secret(canary), shelf: 3, txt: new Secret(canary) };
    const response = await call(
      client,
      client.check,
      new messages.CheckRequest().setUrn(urn()).setNews(toStruct(news)),
    );
    expect(response.getFailuresList().map((failure) => failure.getReason())).toEqual([
      "shelf must be a string, found a number",
      "txt is not a property here; did you mean text?",
    ]);
    expect(response.getFailuresList().map((failure) => failure.getProperty())).toEqual(["", ""]);
  });

  it("blanks a secret out of the reason of a check failure", async () => {
    const { client } = await start();
    const news = toStruct({ title: "t", shelf: new Secret(canary.padEnd(40, "-")) });
    const response = await call(client, client.check, new messages.CheckRequest().setUrn(urn()).setNews(news));
    expect(response.getFailuresList().map((failure) => failure.getReason())).toEqual([
      "shelf must be shorter than 40, found [secret]",
    ]);
  });

  it("answers a detailed diff", async () => {
    const { client } = await start();
    const inputs = { shelf: "s", title: "t", text: "a" };
    const request = new messages.DiffRequest().setUrn(urn()).setOlds(toStruct(inputs)).setOldInputs(toStruct(inputs));
    const response = await call(client, client.diff, request.setNews(toStruct({ shelf: "o", title: "t" })));
    expect(response.getChanges()).toBe(messages.DiffResponse.DiffChanges.DIFF_SOME);
    expect(response.getReplacesList()).toEqual(["shelf"]);
    expect(response.getDeletebeforereplace()).toBe(true);
    const kinds = response.getDetaileddiffMap();
    expect(kinds.get("shelf")?.getKind()).toBe(messages.PropertyDiff.Kind.UPDATE_REPLACE);
    expect(kinds.get("text")?.getKind()).toBe(messages.PropertyDiff.Kind.DELETE);
    expect(kinds.get("text")?.getInputdiff()).toBe(true);
  });

  it("keeps secrets secret over create, read and update, and unknown what is unknown in previews", async () => {
    const { client, create } = await start();
    const inputs = { shelf: "s", title: "t", text: new Secret(canary) };
    const preview = await create({ ...inputs, title: unknown }, true);
    expect(preview.getId()).toBe("");
    expect(fromStruct(preview.getProperties())).toMatchObject({
      title: unknown,
      text: new Secret(canary),
      version: unknown,
    });

    const made = await create(inputs);
    expect(made.getId()).toBe("n1");
    const outputs = fromStruct(made.getProperties());
    expect(outputs).toMatchObject({ text: new Secret(canary), key: new Secret("key of n1") });

    const read = new messages.ReadRequest().setId("n1").setUrn(urn()).setProperties(made.getProperties());
    const found = await call(client, client.read, read.setInputs(toStruct(inputs)));
    expect(fromStruct(found.getProperties())).toEqual(outputs);
    expect(fromStruct(found.getInputs())).toEqual(inputs);

    const update = new messages.UpdateRequest().setId("n1").setUrn(urn()).setOlds(made.getProperties());
    update.setOldInputs(toStruct(inputs)).setNews(toStruct({ ...inputs, title: "u" }));
    const updated = await call(client, client.update, update);
    expect(fromStruct(updated.getProperties())).toMatchObject({ title: "u", text: new Secret(canary), version: 2 });

    await call(client, client.delete, new messages.DeleteRequest().setId("n1").setUrn(urn()));
    const gone = await call(client, client.read, read);
    expect(gone.getId()).toBe("");
  });

  it("hands a partial failure over as the engine expects it", async () => {
    const { create } = await start();
    const error: grpc.ServiceError = await create({ shelf: "s", title: "t", text: "half" }).then(
      () => expect.fail("it must fail"),
      (reason: grpc.ServiceError) => reason,
    );
    const [bytes] = error.metadata.get("grpc-status-details-bin");
    const [packed] = status.Status.deserializeBinary(bytes as Buffer).getDetailsList();
    expect(packed?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
    const detail = messages.ErrorResourceInitFailed.deserializeBinary(packed?.getValue_asU8() ?? new Uint8Array());
    expect(detail.getId()).toBe("n1");
    expect(detail.getReasonsList()).toEqual(["only half of it was written"]);
    expect(fromStruct(detail.getProperties())).toMatchObject({ title: "t", key: new Secret("key of n1") });
    expect(fromStruct(detail.getInputs())).toEqual({ shelf: "s", title: "t", text: "half" });
  });

  it("shows a user's mistake without a stack and a bug of ours with one", async () => {
    const { create } = await start();
    await expect(create({ shelf: "s", title: "t", text: "refused" })).rejects.toMatchObject({
      details: "cannot write refused",
    });
    await expect(create({ shelf: "s", title: "t", text: "bug" })).rejects.toMatchObject({
      details: expect.stringMatching(/This is a bug in the plugin: TypeError: cannot read bug\n\s+at /),
    });
  });

  it("blanks secrets out of errors and log lines", async () => {
    const { create, lines } = await start();
    const text = new Secret("refused");
    await expect(create({ shelf: "s", title: canary, text })).rejects.toMatchObject({
      details: "cannot write [secret]",
    });
    expect(lines).toEqual(["writing [secret]: [secret]"]);
  });

  it("ends what takes longer than the program allows", async () => {
    const { client } = await start();
    const request = new messages.CreateRequest().setUrn(urn("notes:index:Waiting")).setTimeout(0.05);
    await expect(call(client, client.create, request)).rejects.toMatchObject({
      details: "It did not end in the time that customTimeouts allows.",
    });
  });

  it("ends what is at work when the engine cancels", async () => {
    const { client, create } = await start();
    const waiting = create({}, false, "notes:index:Waiting").catch((error: unknown) => error);
    await call(client, client.cancel, new empty.Empty());
    expect(await waiting).toMatchObject({ code: grpc.status.CANCELLED });
  });
});
