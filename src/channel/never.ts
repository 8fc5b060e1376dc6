/** `never`: the receiver that never has a value. */
import { f64 } from "../wire/scalars.ts";
import type { Type } from "../wire/type.ts";
import { LocalReceiver } from "./local-receiver.ts";

/** Never has a value and is never closed; in a select it disables its case. */
export class Never extends LocalReceiver<never> {
  override readonly type = f64 as unknown as Type<never>;

  override get length(): number {
    return 0;
  }

  override get capacity(): number {
    return 0;
  }

  override describe(): string {
    return "never()";
  }

  protected override get isWanted(): boolean {
    return false;
  }

  protected override giveDue(): void {
    // Nothing is ever due.
  }

  override take(): undefined {
    return undefined;
  }

  override isExhausted(): boolean {
    return false;
  }

  override watch(): () => void {
    return () => undefined;
  }

  protected override feed(): void {
    // There is never a value.
  }
}
