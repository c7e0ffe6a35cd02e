import type { Received } from "./http-server.ts";

/** A part of a multipart body, its headers as one line each. */
export interface FormPart {
  readonly headers: readonly string[];
  readonly body: string;
}

/** Takes a multipart request apart. */
export function formParts({ headers, body }: Pick<Received, "headers" | "body">): FormPart[] {
  const boundary = /boundary=(\S+)/.exec(headers["content-type"] ?? "")?.[1] ?? "";
  const sections = body.toString("utf8").split(`--${boundary}`).slice(1, -1);
  return sections.map((section) => {
    const [head = "", ...rest] = section.slice(2, -2).split("\r\n\r\n");
    return { headers: head.split("\r\n"), body: rest.join("\r\n\r\n") };
  });
}
