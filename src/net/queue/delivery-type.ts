/** The type of deliveries. They have none on the wire: they do not leave the main thread. */
import { WarrenError } from "../../errors.ts";
import { Refusal, Type } from "../../wire/type.ts";
import type { Delivery } from "./delivery.ts";

/** Why deliveries cannot be sent to a thread. */
export const STAYS = "deliveries stay on the main thread, which holds the connection: send their values";

export class DeliveryType<T> extends Type<Delivery<T>> {
  override readonly name = "delivery";
  override readonly words = 1;
  override readonly align = 1;
  override encode(): never {
    throw new Refusal(STAYS, undefined);
  }
  override decode(): never {
    throw new WarrenError("ERR_INTERNAL", "a delivery was sent");
  }
  override drop(): void {
    // It is never in memory.
  }
}
