/**
 * What a server says of itself before anybody proves who it is: its line INFO.
 *
 * The client does not notice that a server ends a connection with TLS 1.3 because of the
 * certificate, and waits for an answer until its time is over. So after such a wait this
 * asks whether the server wants certificates.
 */
import { connect } from "node:net";
import { clearTimeout, setTimeout } from "../../host.ts";

const MOST_MS = 1000;
const MOST_CHARACTERS = 65_536;

/** Whether one of the servers wants a certificate of its clients. @param servers as `host:port` */
export async function wantCertificates(servers: readonly string[]): Promise<boolean> {
  const infos = await Promise.all(servers.map(infoOf));
  return infos.some((info) => /"tls_verify":\s*true/.test(info));
}

/** The line INFO of a server; an empty text if none comes. */
function infoOf(server: string): Promise<string> {
  const { hostname, port } = new URL(`tls://${server}`);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host: hostname.replaceAll(/[[\]]/g, ""), port: Number(port) });
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(end, MOST_MS);
    socket.setEncoding("utf8").on("error", end).on("close", end).on("data", (more: string) => {
      text += more;
      if (text.includes("\n") || text.length > MOST_CHARACTERS) end();
    });
  });
}
