/**
 * What `warren watch` does behind its page: one thing at a time. A start runs a program
 * under a trace; after a run of gophers come rounds of measurement. If the machine has
 * fewer cores than threads are asked for, nothing is run, and the gain is predicted.
 *
 * A command never waits: it ends what goes on and is done next, and of several only the
 * last one counts. Whatever fails is said on the page and in the terminal, and the
 * session goes on.
 */
import { calibrate } from "../../../../workers/gophers.ts";
import { count } from "../../text.ts";
import type { Choice, Command, Message, State, Welcome } from "../protocol.ts";
import type { MakeProgram } from "../programs/program.ts";
import { watchedProgram } from "../programs/watched.ts";
import { Kept } from "./kept.ts";
import { measureRounds } from "./measuring.ts";
import { foresee } from "./predicting.ts";
import { lineOf, runWatched } from "./run.ts";

/** What a session needs. */
export interface SessionOptions {
  readonly welcome: Welcome;
  /** Length of a step; `null`: the usual one. */
  readonly unitMs: number | null;
  /** Sends a message to all pages that are connected now. */
  readonly send: (message: Message) => void;
  /** A line for the terminal: something went wrong. */
  readonly say: (line: string) => void;
  /** Tests bring their own. */
  readonly parts?: Partial<Parts>;
}

/** What a session is made of. */
interface Parts {
  readonly program: MakeProgram;
  readonly measure: typeof measureRounds;
  readonly foresee: typeof foresee;
}

/** What fails in each phase. */
const WORK: Readonly<Record<State["phase"], string>> = { idle: "The run", running: "The run", measuring: "The measurement", predicting: "The prediction" };

/** A session. */
export class Session {
  readonly #options: SessionOptions;
  readonly #parts: Parts;
  readonly #kept: Kept;
  /** What was asked for last and has not begun. */
  #wanted: Choice | null = null;
  /** Ends what goes on. */
  #abort: AbortController | null = null;
  #working: Promise<void> | null = null;
  #runs = 0;
  #isClosed = false;
  /** Iterations of a millisecond's computing, once they are known. */
  #iterationsPerMs = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#parts = { program: watchedProgram, measure: measureRounds, foresee, ...options.parts };
    this.#kept = new Kept({ phase: "idle", choice: options.welcome.choice, text: "Nothing runs yet.", failed: false });
  }

  /** What goes on. */
  get state(): State {
    return this.#kept.state;
  }

  /** Resolves when nothing goes on. */
  get idle(): Promise<void> {
    return this.#working ?? Promise.resolve();
  }

  /** What a page that connects now must get first. */
  snapshot(): readonly Message[] {
    return this.#kept.messages;
  }

  /** Why a checked command cannot be obeyed; `null`: it can. */
  refusal(command: Command): string | null {
    const { cores } = this.#options.welcome;
    if (command.do === "stop" || command.choice.program === "gophers" || command.choice.threads <= cores) return null;
    return `threads: ${command.choice.threads} is more than the cores that are here (${cores}), and on more only the gophers can be predicted`;
  }

  /** Obeys a checked command. */
  command(command: Command): void {
    if (this.#isClosed) return;
    this.#wanted = command.do === "start" ? command.choice : null;
    this.#abort?.abort();
    if (this.#wanted !== null) this.#working ??= this.#work();
  }

  /** Ends what goes on; later commands do nothing. */
  async close(): Promise<void> {
    this.command({ do: "stop" });
    this.#isClosed = true;
    await this.idle;
  }

  async #work(): Promise<void> {
    for (let choice = this.#wanted; choice !== null; choice = this.#wanted) {
      this.#wanted = null;
      this.#abort = new AbortController();
      await this.#do(choice, this.#abort.signal);
    }
    this.#abort = null;
    this.#working = null;
  }

  async #do(choice: Choice, signal: AbortSignal): Promise<void> {
    try {
      const { cores } = this.#options.welcome;
      const text = choice.threads > cores ? await this.#predict(choice, signal) : await this.#run(choice, signal);
      if (text !== null) this.#tell("idle", choice, signal.aborted ? "Stopped." : text);
    } catch (error) {
      this.#fail(choice, lineOf(error));
    }
  }

  /** What to say at the end; `null`: it has failed. */
  async #run(choice: Choice, signal: AbortSignal): Promise<string | null> {
    this.#tell("running", choice, `Starting ${count(choice.threads, "thread")}.`);
    const { unitMs } = this.#options;
    const program = this.#parts.program(choice, { unitMs, calibrate: (ms) => this.#iterations(ms) });
    const onStage = (message: Message): void => {
      this.#send(message);
      if (message.kind === "run") this.#tell("running", choice, `${message.title}.`);
    };
    const { problems, stopped } = await runWatched(++this.#runs, choice, program, onStage, signal);
    if (problems.length > 0) {
      this.#fail(choice, problems.join("; "));
      return null;
    }
    if (stopped || choice.program !== "gophers") return "The run is over.";
    this.#tell("measuring", choice, "Measuring in processes of their own: round 1.");
    await this.#parts.measure(choice, {
      version: this.#options.welcome.version,
      signal,
      onRound: (gains) => {
        this.#send(gains);
        if (gains.round < gains.of) this.#tell("measuring", choice, `Measuring in processes of their own: round ${gains.round + 1} of ${gains.of}.`);
      },
    });
    return "Measured.";
  }

  async #predict(choice: Choice, signal: AbortSignal): Promise<string> {
    const { cores } = this.#options.welcome;
    this.#tell("predicting", choice, `Predicting ${count(choice.threads, "core")}: this machine has ${cores}, so nothing is run on more.`);
    const foreseen = await this.#parts.foresee(choice, { cores, signal, progress: (text) => this.#tell("predicting", choice, `Recording on one thread: ${text}.`) });
    if (foreseen === null) return "Stopped.";
    this.#send(foreseen);
    return foreseen.refused === null ? "Predicted, not run." : "It cannot be predicted.";
  }

  /** Found once: the same in all runs. */
  #iterations(ms: number): number {
    this.#iterationsPerMs ||= calibrate(1);
    return Math.round(this.#iterationsPerMs * ms);
  }

  #tell(phase: State["phase"], choice: Choice, text: string): void {
    this.#send({ kind: "state", state: { phase, choice, text, failed: false } });
  }

  #fail(choice: Choice, problem: string): void {
    const { phase } = this.state;
    const text = `${WORK[phase]} has failed: ${problem}`;
    this.#options.say(text);
    this.#send({ kind: "state", state: { phase: "idle", choice, text, failed: true } });
  }

  #send(message: Message): void {
    this.#kept.add(message);
    this.#options.send(message);
  }
}
