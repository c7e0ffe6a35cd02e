import { duration } from "./duration.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameEvery = 100;
/** Where nobody watches a terminal, a long phase still says every so often what it is doing. */
const heartbeatEvery = 10_000;

export interface PhaseSink {
  write(text: string): void;
  /** Whether the line can be rewritten in place. */
  live: boolean;
  columns(): number;
  paint(style: "green" | "red" | "dim" | "yellow", text: string): string;
}

/** One step of a command, shown while it runs and with its time when it ended. Write through `above` while it runs. */
export class Phase {
  readonly #title: string;
  readonly #sink: PhaseSink;
  readonly #started = performance.now();
  #detail = "";
  #frame = 0;
  #lastHeartbeat = this.#started;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(title: string, sink: PhaseSink) {
    this.#title = title;
    this.#sink = sink;
    if (sink.live) {
      this.#timer = setInterval(() => this.#draw(), frameEvery).unref();
      this.#draw();
    } else {
      sink.write(`› ${title}\n`);
    }
  }

  /** What is happening now, e.g. `12 created, kv-namespace cache`. */
  update(detail: string): void {
    this.#detail = detail;
    if (this.#sink.live || this.#ended) return;
    const now = performance.now();
    if (now - this.#lastHeartbeat < heartbeatEvery) return;
    this.#lastHeartbeat = now;
    this.#sink.write(`  ${this.#title}: ${detail}\n`);
  }

  /** Writes a line above the running one. */
  above(line: string): void {
    this.#clear();
    this.#sink.write(`${line}\n`);
    if (!this.#ended) this.#draw();
  }

  done(summary = ""): void {
    this.#end(this.#sink.paint("green", "✔"), summary);
  }

  failed(summary = ""): void {
    this.#end(this.#sink.paint("red", "✖"), summary);
  }

  get ended(): boolean {
    return this.#ended;
  }

  #end(mark: string, summary: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    this.#clear();
    const time = this.#sink.paint("dim", `(${duration(performance.now() - this.#started)})`);
    this.#sink.write(`${mark} ${this.#title}${summary ? `: ${summary}` : ""} ${time}\n`);
  }

  #draw(): void {
    if (!this.#sink.live) return;
    this.#frame = (this.#frame + 1) % frames.length;
    const elapsed = duration(performance.now() - this.#started);
    const line = `${frames[this.#frame]} ${this.#title}${this.#detail ? `: ${this.#detail}` : ""} (${elapsed})`;
    this.#clear();
    this.#sink.write(line.slice(0, Math.max(20, this.#sink.columns() - 1)));
  }

  #clear(): void {
    if (this.#sink.live) this.#sink.write("\r\u001b[2K");
  }
}
