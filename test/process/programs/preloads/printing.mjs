// Preloaded by --import: it prints, and keeps the stream, before the thread belongs to a runtime.
const { stdout } = process;
console.log("preloaded");
globalThis.printLater = (text) => stdout.write(`${text}\n`);
