/** Module path and names without a Latin letter, with spaces. (A path with # and % is in test/process: Vite cannot import one.) */
import { spawn, task } from "../../../src/index.ts";

export const 二倍 = task(import.meta, async function 二倍(数: number) {
  return `${数 * 2} – удвоено 🐹`;
});

export const внутри = task(import.meta, async function внутри(число: number) {
  return spawn(二倍, число);
});

export const ошибка = task(import.meta, async function ошибка() {
  throw new Error("Fehler: größer als 五");
});
