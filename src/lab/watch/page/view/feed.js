/** Where messages come from: the server of `warren watch`, or a recording in the page. */
/** @import { Command, Message, Recording, Welcome } from "../../protocol.ts" */

/** @typedef {{ readonly message: (message: Message) => void, readonly connected: (is: boolean) => void }} Listener */

const AGAIN_MS = 2000;
/** The page is drawn by then. */
const FIRST_MS = 100;

/** @param {string} id */
function read(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

/** What the page was made with. @returns {{ readonly welcome: Welcome, readonly recording: Recording | null }} */
export function readData() {
  return { welcome: read("warren-welcome"), recording: read("warren-recording") };
}

/** Listens to the server, also after it was gone for a time. @param {Listener} listener */
export function listen({ message, connected }) {
  // The token is in a cookie by now: it need not stay in the address.
  if (location.search !== "") history.replaceState(null, "", location.pathname);
  const connect = () => {
    const source = new EventSource("events");
    source.addEventListener("open", () => connected(true));
    source.addEventListener("message", ({ data }) => {
      const given = JSON.parse(data);
      for (const each of Array.isArray(given) ? given : [given]) message(each);
    });
    source.addEventListener("error", () => {
      connected(false);
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      setTimeout(connect, AGAIN_MS);
    });
  };
  // The first page to connect starts the first run: that is to pay for no beginning of a page.
  requestAnimationFrame(() => setTimeout(connect, FIRST_MS));
}

/** Sends a command. Returns what went wrong, in words; `null`: nothing. @param {Command} command @returns {Promise<string | null>} */
export async function send(command) {
  try {
    const response = await fetch("command", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(command) });
    if (response.ok) return null;
    const text = (await response.text()).trim();
    return text === "" ? `warren did not accept this (${response.status}).` : text;
  } catch {
    return "warren cannot be reached: start it again in the terminal.";
  }
}
