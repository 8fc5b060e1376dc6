/** The page: messages come in, the player says which time is shown, and each frame is drawn. */
/** @import { Message, State } from "../../protocol.ts" */
/** @import { Foreseen, Gains } from "./gains.js" */
import { Player } from "../story/player.js";
import { Story } from "../story/story.js";
import { Choices, recordedChoice } from "./choices.js";
import { Counts } from "./counts.js";
import { byId, element, say } from "./draw.js";
import { listen, readData, send } from "./feed.js";
import { GainsView } from "./gains.js";
import { showLegend } from "./legend.js";
import { isReduced } from "./motion.js";
import { PlayerBar } from "./player-bar.js";
import { stageOf } from "./stage/stage.js";
import { Strip } from "./strip.js";
import { Tick } from "./tick.js";
import { bindKeys, bindTheme } from "./keys.js";

/** @typedef {import("./stage/stage-view.js").StageView} StageView */

/** In a recording: one run with what was measured after it, or a prediction. @typedef {{ story: Story | null, gains: Gains | null, foreseen: Foreseen | null }} Recorded */

/** Between two pictures while a run computes on every core, times the cores: the fewer there are, the more of them a picture takes. */
const SPARING_CORE_MS = 800;

export class Page {
  #data = readData();
  #player = new Player();
  #bar;
  #strip = new Strip();
  #counts = new Counts();
  #gainsView;
  #tick = new Tick();
  /** @type {Choices | null} */
  #choices = null;
  /** @type {Story | null} */
  #story = null;
  /** @type {StageView | null} */
  #stage = null;
  /** @type {Gains | null} */
  #gains = null;
  /** @type {Foreseen | null} */
  #foreseen = null;
  /** @type {Recorded[]} */
  #recorded = [];
  #dropped = 0;
  #shownT = NaN;
  #isJump = true;

  constructor() {
    const { welcome, recording } = this.#data;
    byId("page").classList.toggle("recorded", recording !== null);
    byId("page").classList.add("empty");
    this.#gainsView = new GainsView(recording !== null);
    this.#bar = new PlayerBar(recording !== null, {
      pause: () => this.#pause(),
      step: (forward) => this.#step(forward),
      speed: (slower) => this.#player.setSpeed(slower),
      live: () => this.#toLive(),
      seek: (part) => this.#seek(part),
    });
    byId("strip").append(this.#strip.element);
    say(byId("machine"), `${recording === null ? "" : `Recorded ${recording.recordedAt.slice(0, 10)} on: `}${welcome.machine} · warren ${welcome.version}`);
    bindTheme(() => {
      this.#strip.readColours();
      this.#shownT = NaN;
    });
    this.#tick.bind(byId("sound"));
  }

  start() {
    const { welcome, recording } = this.#data;
    if (recording === null) {
      const choices = new Choices(welcome);
      this.#choices = choices;
      choices.onStart = (choice) => void this.#command({ do: "start", choice });
      choices.onStop = () => void this.#command({ do: "stop" });
      listen({ message: (message) => this.#hear(message), connected: (is) => this.#connected(is) });
    } else this.#readRecording(recording.messages);
    bindKeys({ pause: () => this.#pause(), step: (forward) => this.#step(forward), live: () => this.#toLive(), start: () => this.#choices?.startOrStop(), sound: () => this.#tick.toggle(), slower: (by) => this.#player.changeSpeed(by) });
    new ResizeObserver(() => this.#resize()).observe(byId("scene"));
    this.#resize();
    const frame = (/** @type {number} */ now) => {
      this.#draw(now);
      if (this.#isSparing) setTimeout(() => requestAnimationFrame(frame), SPARING_CORE_MS / this.#data.welcome.cores);
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** Whether a run goes on that computes on every core: then each picture is paid for by the run. */
  get #isSparing() {
    const story = this.#story;
    if (story === null || story.end !== null || this.#data.recording !== null || story.run.threads < this.#data.welcome.cores) return false;
    const { stage } = story.run;
    return stage.program === "gophers" && stage.world !== "wait";
  }

  /** @param {import("../../protocol.ts").Command} command */
  async #command(command) {
    this.#trouble(await send(command));
  }

  /** @param {string | null} text */
  #trouble(text) {
    byId("trouble").hidden = text === null;
    say(byId("trouble"), text ?? "");
  }

  /** @param {boolean} is */
  #connected(is) {
    this.#trouble(is ? null : "warren has ended: start it again in the terminal. This page connects by itself when warren is back at this address.");
  }

  /** A message of a live page. @param {Message} message */
  #hear(message) {
    const story = this.#story;
    switch (message.kind) {
      case "state":
        this.#showState(message.state);
        break;
      case "run":
        this.#player.restart();
        this.#show(new Story(message), null, null);
        this.#showSave(false);
        this.#dropped = 0;
        break;
      case "events":
        if (story?.run.run !== message.run) return;
        story.add(message);
        this.#player.heard(performance.now(), message.untilMs);
        break;
      case "end":
        if (story?.run.run !== message.run) return;
        story.close(message);
        this.#player.over(message.wallMs);
        this.#showEnd(story);
        break;
      case "gains":
        this.#gains = message;
        this.#showGains();
        break;
      case "foreseen":
        this.#showPrediction(message);
        break;
      case "dropped":
        this.#dropped += message.messages;
        break;
    }
    this.#showGaps();
  }

  /** @param {State} state */
  #showState({ phase, text, failed }) {
    if (phase === "predicting" && this.#story !== null) this.#showPrediction(null);
    say(byId("state"), failed ? "" : text);
    this.#trouble(failed ? text : null);
    this.#choices?.showBusy(phase !== "idle");
  }

  /** A live page offers the run as a file when it is over. @param {boolean} is */
  #showSave(is) {
    const link = document.getElementById("save");
    if (link !== null) link.hidden = !is;
  }

  #showGains() {
    this.#gainsView.show(this.#gains, this.#foreseen, this.#story?.run.stage.program ?? null);
  }

  /** Nothing runs: the stage says why. @param {Foreseen | null} foreseen */
  #showPrediction(foreseen) {
    const { cores } = this.#data.welcome;
    this.#story = null;
    this.#stage = null;
    this.#gains = null;
    this.#foreseen = foreseen;
    byId("page").classList.add("empty");
    byId("stage").replaceChildren(element("p", { class: "begin" }, [`This machine has ${cores} ${cores === 1 ? "core" : "cores"}. On more threads nothing is run: warren records the program on one thread, and predicts what more cores would gain.`]));
    for (const id of ["run-title", "said"]) say(byId(id), "");
    byId("legend").replaceChildren();
    this.#showGains();
  }

  /** @param {readonly Message[]} messages */
  #readRecording(messages) {
    /** @type {Recorded | null} */
    let last = null;
    for (const message of messages) {
      if (message.kind === "run") {
        last = { story: new Story(message), gains: null, foreseen: null };
        this.#recorded.push(last);
      } else if (message.kind === "foreseen") {
        last ??= this.#recorded[this.#recorded.push({ story: null, gains: null, foreseen: null }) - 1] ?? null;
        if (last !== null) last.foreseen = message;
      } else if (last?.story == null) continue;
      else if (message.kind === "events") last.story.add(message);
      else if (message.kind === "end") last.story.close(message);
      else if (message.kind === "gains") last.gains = message;
      else if (message.kind === "dropped") this.#dropped += message.messages;
    }
    recordedChoice(this.#recorded.map(({ story }) => story?.run.title ?? "a prediction"), (k) => this.#showRecorded(k));
    this.#showRecorded(0);
  }

  /** @param {number} k */
  #showRecorded(k) {
    const recorded = this.#recorded[k];
    if (recorded === undefined) {
      this.#trouble("This recording has no run.");
      return;
    }
    const { story, gains, foreseen } = recorded;
    this.#player.restart();
    if (story === null) {
      this.#showPrediction(foreseen);
      return;
    }
    this.#player.replayAll(story.known.wallMs ?? story.horizonMs);
    this.#show(story, gains, foreseen);
    this.#showEnd(story);
    this.#showGaps();
  }

  /** @param {Story} story @param {Gains | null} gains @param {Foreseen | null} foreseen */
  #show(story, gains, foreseen) {
    this.#story = story;
    this.#gains = gains;
    this.#foreseen = foreseen;
    const stage = stageOf(story);
    stage.onArrival = () => this.#tick.play();
    this.#stage = stage;
    byId("page").classList.remove("empty");
    byId("stage").replaceChildren(stage.element);
    say(byId("run-title"), story.run.title);
    showLegend(byId("legend"), story);
    this.#counts.begin(story);
    this.#showGains();
    this.#isJump = true;
    this.#shownT = NaN;
    this.#resize();
  }

  /** @param {Story} story */
  #showEnd({ end }) {
    if (end === null) return;
    this.#showSave(true);
    const facts = end.facts.map(([name, value]) => `${name}: ${value}`).join(" · ");
    say(byId("state"), `${end.stopped ? "The run was stopped." : "The run is over."} ${facts}`);
    if (end.problems.length > 0) this.#trouble(`The run failed: ${end.problems.join("; ")}`);
  }

  #showGaps() {
    const lost = this.#story?.activity.lost ?? 0;
    const texts = [
      ...(lost > 0 ? [`${lost} ${lost === 1 ? "event was" : "events were"} lost: the picture has gaps.`] : []),
      ...(this.#dropped > 0 ? [`This page was too slow: ${this.#dropped} ${this.#dropped === 1 ? "message was" : "messages were"} not sent to it.`] : []),
    ];
    const text = texts.join(" ");
    if (byId("gaps").textContent === text) return;
    byId("gaps").hidden = text === "";
    say(byId("gaps"), text);
  }

  #resize() {
    const width = byId("scene").clientWidth;
    if (width === 0) return;
    const isPresented = document.documentElement.hasAttribute("data-present");
    byId("page").classList.toggle("alone", this.#data.recording !== null && this.#gains === null && this.#foreseen === null);
    this.#stage?.resize(width, isPresented);
    this.#strip.resize(width, isPresented ? 19 : width < 520 ? 11 : 13);
    this.#shownT = NaN;
  }

  #pause() {
    if (this.#story === null) return;
    const { known } = this.#story;
    if (this.#player.isAtEnd(known)) this.#isJump = true;
    this.#player.pauseOrPlay(known);
  }

  /** @param {boolean} forward */
  #step(forward) {
    const story = this.#story;
    if (story === null) return;
    const { t } = this.#player;
    if (!forward) this.#isJump = true;
    this.#player.stepTo(forward ? story.nextMark(t) : story.markBefore(t), isReduced());
  }

  #toLive() {
    if (this.#story === null) return;
    this.#isJump = true;
    this.#player.toLive(this.#story.known);
  }

  /** @param {number} part */
  #seek(part) {
    if (this.#story === null) return;
    this.#isJump = true;
    this.#player.seek(this.#story.keptFromMs + part * (this.#story.horizonMs - this.#story.keptFromMs));
  }

  /** @param {number} now */
  #draw(now) {
    const [story, stage] = [this.#story, this.#stage];
    if (story === null || stage === null) return;
    const { known } = story;
    const t = this.#player.frame(now, known);
    const isLive = this.#player.mode === "live" && story.end === null;
    if (t !== this.#shownT || stage.isMoving) stage.draw(now, t, !this.#isJump);
    this.#isJump = false;
    this.#strip.draw(now, story, t, isLive);
    this.#counts.draw(now, story, t);
    this.#bar.draw(now, this.#player, story, this.#isSparing);
    this.#shownT = t;
  }
}
