import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignalName } from './sql/order-signals.ts';

/** Distinguishes these signatures from any other use of the keys. */
const PURPOSE = 'orders.callback.v1';

/**
 * Callback URLs: each of them sends one signal to one run of one order, without a credential, and can do nothing else. The token in it
 * names the signal and is signed, so the service stores nothing for it.
 */
export class Callbacks {
  readonly #url: string;
  readonly #keys: readonly Buffer[];

  /**
   * @param url of the API, such as `https://orders.example/api/v1`
   * @param keys the first one signs; all are accepted
   */
  constructor(url: string, keys: readonly Buffer[]) {
    this.#url = url.replace(/\/+$/, '');
    this.#keys = keys;
  }

  urlOf({ owner, orderId, run, name }: SignalName): string {
    const target = Buffer.from(JSON.stringify([owner, orderId, run, name])).toString('base64url');
    const [key = Buffer.alloc(0)] = this.#keys;
    return `${this.#url}/callbacks/${target}.${sign(key, target).toString('base64url')}`;
  }

  /** The signal that a token is for; undefined if this service did not sign it. */
  read(token: string): SignalName | undefined {
    const [target = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const isOurs = this.#keys.some((key) => {
      const own = sign(key, target);
      return own.length === given.length && timingSafeEqual(own, given);
    });
    if (!isOurs) return undefined;
    const [owner, orderId, run, name] = JSON.parse(Buffer.from(target, 'base64url').toString());
    return { owner, orderId, run, name };
  }
}

function sign(key: Buffer, target: string): Buffer {
  return createHmac('sha256', key).update(`${PURPOSE}\0${target}`).digest();
}
