import { styleText } from "node:util";
import { UserError } from "../user-error.ts";
import { Phase, type PhaseSink } from "./phase.ts";
import { Redactor } from "./redactor.ts";

export interface ConsoleOptions {
  /** Data as JSON instead of text for people. */
  json: boolean;
  stdin?: NodeJS.ReadStream;
  stdout?: NodeJS.WriteStream;
  stderr?: NodeJS.WriteStream;
  environment?: NodeJS.ProcessEnv;
}

type Style = "green" | "red" | "yellow" | "dim" | "bold" | "cyan";

/** Data goes to stdout, everything that tells what is going on to stderr; colours only where a terminal shows them and NO_COLOR is unset. */
export class Console {
  readonly json: boolean;
  readonly redactor: Redactor;
  readonly stdin: NodeJS.ReadStream;
  readonly #out: NodeJS.WriteStream;
  readonly #err: NodeJS.WriteStream;
  #phase: Phase | undefined;
  /** How many things are shown at once: their phases are lines that stay. */
  #together = 0;

  constructor(options: ConsoleOptions) {
    this.json = options.json;
    this.stdin = options.stdin ?? process.stdin;
    this.#out = options.stdout ?? process.stdout;
    this.#err = options.stderr ?? process.stderr;
    this.redactor = new Redactor(options.environment ?? process.env);
  }

  /** The answer of a command: `value` as JSON, or what `human` makes of it. */
  result(value: unknown, human: () => string): void {
    this.#endPhase();
    const text = this.json ? JSON.stringify(value, null, 2) : human();
    this.#out.write(this.redactor.redact(text === "" || text.endsWith("\n") ? text : `${text}\n`));
  }

  /** A line of text as it is, for data that is text by nature (a shell script, a log). */
  raw(text: string): void {
    this.#out.write(text);
  }

  note(text: string): void {
    this.#line(text);
  }

  warn(text: string): void {
    this.#line(`${this.paint("yellow", "!")} ${text}`);
  }

  error(error: unknown): void {
    if (this.#phase && !this.#phase.ended) this.#phase.failed();
    if (!(error instanceof UserError)) {
      const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#line(`${this.paint("red", "✖")} This is a defect of ChittyOps, not of what you did:\n${trace}`);
      return;
    }
    this.#line(`${this.paint("red", "✖")} ${error.message}`);
    for (const detail of error.details) this.#line(`  ${detail}`);
    if (error.expected) this.#line(`  Expected: ${error.expected}`);
    if (error.remedy) this.#line(`  Remedy: ${error.remedy}`);
  }

  /** Starts a step; the previous one has to have ended, unless things are done together. */
  phase(title: string): Phase {
    this.#phase = new Phase(title, this.#sink());
    return this.#phase;
  }

  /** Shows the phases of everything in `work` one line after the other, since several run at a time. */
  async together<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#together += 1;
    try {
      return await work();
    } finally {
      this.#together -= 1;
    }
  }

  /** A colour for stdout's text. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#out, validateStream: true });
  }

  /** A colour for stderr's text. */
  paint(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#err, validateStream: true });
  }

  get interactive(): boolean {
    return this.stdin.isTTY === true && this.#err.isTTY === true;
  }

  get stderr(): NodeJS.WriteStream {
    return this.#err;
  }

  #endPhase(): void {
    if (this.#phase && !this.#phase.ended) this.#phase.done();
  }

  #line(text: string): void {
    const safe = this.redactor.redact(text);
    if (this.#phase && !this.#phase.ended) this.#phase.above(safe);
    else this.#err.write(`${safe}\n`);
  }

  #sink(): PhaseSink {
    return {
      live: this.#together === 0 && this.#err.isTTY === true && process.env.TERM !== "dumb" && !process.env.CI,
      write: (text) => void this.#err.write(this.redactor.redact(text)),
      columns: () => this.#err.columns || 100,
      paint: (style, text) => this.paint(style, text),
    };
  }
}
