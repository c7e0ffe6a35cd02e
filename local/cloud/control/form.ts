import { ApiError } from "./api-error.ts";

/** The multipart body of a request. @throws {ApiError} 415 or 400 with `code` for a body that is none. */
export async function formOf(request: Request, code: number): Promise<FormData> {
  if (!request.headers.get("content-type")?.startsWith("multipart/form-data")) {
    throw new ApiError(415, code, "A multipart/form-data body was expected.");
  }
  try {
    return await request.formData();
  } catch {
    throw new ApiError(400, code, "The multipart body could not be read.");
  }
}
