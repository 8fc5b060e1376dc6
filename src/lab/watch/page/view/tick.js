/** A short tick for each burnt book, off until somebody wants it. */
const LENGTH_S = 0.045;
const PITCH = 1150;

export class Tick {
  #isOn = false;
  /** @type {AudioContext | null} */
  #audio = null;
  /** @type {HTMLElement | null} */
  #button = null;

  /** @param {HTMLElement} button */
  bind(button) {
    this.#button = button;
    button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    this.#isOn = !this.#isOn;
    if (this.#isOn) {
      this.#audio ??= new AudioContext();
      void this.#audio.resume();
    }
    this.#button?.setAttribute("aria-pressed", String(this.#isOn));
    if (this.#button !== null) this.#button.textContent = this.#isOn ? "Sound on" : "Sound off";
  }

  play() {
    const audio = this.#audio;
    if (!this.#isOn || audio === null) return;
    const [oscillator, gain] = [audio.createOscillator(), audio.createGain()];
    const now = audio.currentTime;
    oscillator.type = "triangle";
    oscillator.frequency.setValueAtTime(PITCH, now);
    gain.gain.setValueAtTime(0.12, now);
    gain.gain.exponentialRampToValueAtTime(0.001, now + LENGTH_S);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(now);
    oscillator.stop(now + LENGTH_S);
  }
}
