/** The empty task that Piscina runs. */
export default function empty(): void {}
