/** Path, module and task without Latin letters, with what a URL must escape. */
import { go, run, task, utf8, type Chan, chan } from "../../../src/index.ts";

export const 挨拶 = task(import.meta, async function 挨拶(имя: string, ответ: Chan<string>) {
  await ответ.send(`привет, ${имя} 🐹`);
});

export const главная = task(import.meta, async function главная() {
  const ответ = chan(utf8);
  go.on(1)(挨拶, "世界", ответ);
  return ответ.recv();
});

if (import.meta.main) console.log(await run(главная, { threads: 2 }));
