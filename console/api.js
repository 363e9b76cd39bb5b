import { ApiError } from './errors.js';
import { newKey, storedKey } from './key.js';

const BASE = '/api/v1/';

/**
 * @template {string} Path
 * @param {Path} path below the base path, with its variable parts encoded
 * @param {AbortSignal} [signal]
 * @param {boolean} [quiet] does not ask for another key if this one lacks the scope
 * @returns {Promise<ResponseTo<Path>>}
 */
export function get(path, signal = AbortSignal.timeout(30_000), quiet = false) {
  return call(path, { signal }, quiet);
}

/** @param {string} path @param {object} [body] becomes JSON. @returns {Promise<any>} */
export function post(path, body = {}) {
  return call(path, { method: 'POST', body: JSON.stringify(body) });
}

/**
 * If the API rejects the request for lack of a valid key, asks for a key and repeats the request.
 * @param {string} path
 * @param {RequestInit} request
 */
async function call(path, request, quiet = false) {
  for (;;) {
    const key = storedKey();
    const response = await send(path, request, key);
    const body = await response.json().catch(() => null);
    if (response.ok) return body;
    const { status } = response;
    const message = inPlainWords(status, body?.message, key, response.headers.get('retry-after'));
    if ((status === 401 || (status === 403 && !quiet)) && (await newKey(key, message))) continue;
    throw new ApiError(status, message, body);
  }
}

/** @param {string} path @param {RequestInit} request @param {string | null} key */
async function send(path, request, key) {
  const headers = { accept: 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) };
  try {
    return await fetch(BASE + path, { ...request, headers, cache: 'no-store' });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiError(0, 'The API does not respond. Check that it is running and that you are online.');
  }
}

/** @param {number} status @param {string} [message] @param {string | null} [key] @param {string | null} [retryAfter] */
function inPlainWords(status, message = '', key, retryAfter) {
  if (status === 401)
    return key === null ? 'The API requires an API key.' : 'This API key is unknown, revoked or expired.';
  if (status === 403) return message.replace('Forbidden', 'This key does not allow that');
  if (status === 429) return 'The API has received too many requests. Try again later.';
  if (status === 500) return 'The API has an internal error. Details are in its log.';
  if (status === 502 || status === 504) return 'The API is reachable, but its function did not respond.';
  if (status === 503 && retryAfter) return `${message} (Retry after ${retryAfter} s.)`;
  if (message === 'Validation Error') return 'Some values are invalid.';
  return message || `The API returned ${status} without a reason.`;
}
