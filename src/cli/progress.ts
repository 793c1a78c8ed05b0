/**
 * Progress on stderr: one live line on a terminal, a plain line an epoch elsewhere. It only shows; what it shows
 * is made by `progress-lines.ts`.
 */
import type { TextStream } from "./io.ts";
import {
  type StageProgress,
  stageLine,
  type TrainingProgress,
  trainingLine,
  truncate,
} from "./progress-lines.ts";

export interface ProgressOptions {
  readonly stream: TextStream;
  readonly mode: "live" | "plain" | "off";
  /** Milliseconds. */
  readonly now: () => number;
}

/** Ten redraws a second look alive; more only cost. */
const REDRAW_MILLISECONDS = 100;
const CLEAR_LINE = "\r\x1b[2K";
const CLEAR_LINE_ABOVE = "\x1b[1A\x1b[2K";

export class Progress {
  private readonly options: ProgressOptions;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private line = "";
  private stageShown: string | undefined;

  constructor(options: ProgressOptions) {
    this.options = options;
  }

  /** Call it as often as you like: the live line is redrawn at most ten times a second. */
  training(progress: TrainingProgress): void {
    this.draw((width) => trainingLine(progress, width));
  }

  /** At the end of an epoch: a plain line where there is no live one. */
  epoch(progress: TrainingProgress): void {
    if (this.options.mode === "plain") this.options.stream.write(`${trainingLine(progress)}\n`);
    else this.training(progress);
  }

  /** A stage of preparation; elsewhere than on a terminal, a line when a stage begins. */
  stage(progress: StageProgress): void {
    const begins = progress.stage !== this.stageShown;
    this.stageShown = progress.stage;
    if (this.options.mode === "plain" && begins) this.options.stream.write(`${stageLine(progress)}\n`);
    if (begins) this.drawnAt = Number.NEGATIVE_INFINITY;
    this.draw((width) => stageLine(progress, width));
  }

  /** Several lines that are redrawn in place, at most ten times a second; nothing elsewhere than on a terminal. */
  table(lines: readonly string[]): void {
    this.draw((width) => lines.map((line) => truncate(line, width)).join("\n"));
  }

  /** Writes `text` above the live line. */
  above(text: string): void {
    const { line } = this;
    this.clear();
    this.options.stream.write(text);
    if (line !== "") this.redraw(line);
  }

  /** Takes the live line away. Before a result, an error, or the end. */
  clear(): void {
    if (this.line !== "") this.options.stream.write(this.erasure());
    this.line = "";
    this.stageShown = undefined;
    this.drawnAt = Number.NEGATIVE_INFINITY;
  }

  private draw(line: (width: number) => string): void {
    if (this.options.mode !== "live") return;
    if (this.options.now() - this.drawnAt < REDRAW_MILLISECONDS) return;
    // The last column stays free: writing it makes some terminals wrap.
    this.redraw(line(this.options.stream.columns - 1));
  }

  private redraw(line: string): void {
    this.options.stream.write(this.erasure() + line);
    this.line = line;
    this.drawnAt = this.options.now();
  }

  /** What takes away all lines that are drawn. */
  private erasure(): string {
    return CLEAR_LINE + CLEAR_LINE_ABOVE.repeat(this.line.split("\n").length - 1);
  }
}
