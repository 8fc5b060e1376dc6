/** Requests with a reply channel of their own. */
import { type Chan, type ElementOf, type Receiver, chanOf, i32, oneshot, struct, task } from "../../../src/index.ts";

/** A number and where its negative shall go. */
export const REQUEST = struct({ n: i32, reply: chanOf(i32) });
type Request = ElementOf<typeof REQUEST>;

/** Asks `count` times; how many answers were wrong. */
export const askOneshots = task(import.meta, async function askOneshots(requests: Chan<Request>, count: number) {
  let wrong = 0;
  for (let n = 1; n <= count; n++) {
    const reply = oneshot(i32);
    await requests.send({ n, reply });
    if ((await reply.recv()) !== -n || (await reply.recv()) !== undefined) wrong++;
  }
  requests.close();
  return wrong;
});

export const answerOneshots = task(import.meta, async function answerOneshots(requests: Receiver<Request>) {
  let answered = 0;
  for await (const { n, reply } of requests) {
    await reply.send(-n);
    answered++;
  }
  return answered;
});
