import { connect } from "node:net";
import { Duplex } from "node:stream";
import type { Socket } from "@cloudflare/workers-types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSecuredPostgres } from "../../database/testing/secured-postgres.ts";
import type { ThrowawayPostgres } from "../../database/testing/throwaway-postgres.ts";
import { askPostgres } from "./ask-postgres.ts";

const password = "canary p@ss:w/ø'%25";

describe("a query through Hyperdrive's socket", () => {
  let postgres: ThrowawayPostgres;
  beforeAll(async () => {
    postgres = await startSecuredPostgres();
    const quoted = password.replaceAll("'", "''");
    for (const role of ["by_scram", "plain_text"])
      await postgres.query(`create role ${role} login password '${quoted}'`);
  });
  afterAll(() => postgres.stop());

  /** As Hyperdrive gives it, over a socket of Node. */
  function origin(user: string, given = password) {
    const socket = connect(postgres.port, "127.0.0.1");
    const { readable, writable } = Duplex.toWeb(socket);
    const close = async () => void socket.destroy();
    return {
      user,
      password: given,
      database: "postgres",
      connect: () => ({ readable, writable, close }) as unknown as Socket,
    };
  }

  it.each(["by_scram", "plain_text", "postgres"])(
    "is answered to %s, however it is asked for its password",
    async (user) => {
      await expect(askPostgres(origin(user))).resolves.toBeUndefined();
    },
  );

  it("fails with what Postgres says, and without the password", async () => {
    for (const user of ["by_scram", "plain_text"]) {
      const failure: unknown = await askPostgres(origin(user, "canary wrong")).catch((error: unknown) => error);
      expect(String(failure)).toMatch(/password authentication failed.*28P01/);
      expect(String(failure)).not.toContain("canary");
    }
  });
});
