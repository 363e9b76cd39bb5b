import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * An API key is `ob_`, 43 characters of base62 for 256 random bits, and six for a CRC-32 of everything before them.
 * With this format, scanners can find keys (`ob_[0-9A-Za-z]{49}`, without false positives once the checksum is
 * verified), a double click selects the whole key, and a mistyped key is rejected without a database query. The format
 * follows GitHub's (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/).
 */
const FORM = /^ob_[0-9A-Za-z]{49}$/;

const PREFIX = 'ob_';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 62^43 > 2^256. */
const SECRET_LENGTH = 43;

/** 62^6 > 2^32. */
const CHECKSUM_LENGTH = 6;

/** A new key that cannot be guessed. */
export function makeApiKey(): string {
  const secret = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const unchecked = PREFIX + base62(secret, SECRET_LENGTH);
  return unchecked + checksumOf(unchecked);
}

/** True if the text has the form of a key. This proves nothing, because anyone can compute a checksum. */
export function looksLikeApiKey(text: string): boolean {
  return FORM.test(text) && text.endsWith(checksumOf(text.slice(0, -CHECKSUM_LENGTH)));
}

/** The stored hash of a key, in hexadecimal. Migration 000004 says why it is neither salted nor slow. */
export function hashOf(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('hex');
}

function checksumOf(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = BASE62.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, '0');
}
