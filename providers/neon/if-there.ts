import { NeonFailure } from "./api/failure.ts";

/** What was read, or nothing where Neon says that it is not there. */
export async function ifThere<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NeonFailure && error.status === 404) return undefined;
    throw error;
  }
}
