import { ApiError } from './errors.js';
import { newKey, storedKey } from './key.js';

const BASE = '/api/v1/';

/**
 * @template {string} Path
 * @param {Path} path below the base, with its variable parts encoded.
 * @param {AbortSignal} signal
 * @returns {Promise<AnswerTo<Path>>}
 */
export function get(path, signal) {
  return call(path, { signal });
}

/** @param {string} path @param {object} [body] becomes JSON. @returns {Promise<any>} */
export function post(path, body = {}) {
  return call(path, { method: 'POST', body: JSON.stringify(body) });
}

/**
 * Where the API wants a key, or another one, asks for it and repeats the request.
 * @param {string} path
 * @param {RequestInit} request
 */
async function call(path, request) {
  for (;;) {
    const key = storedKey();
    const response = await send(path, request, key);
    const body = await response.json().catch(() => null);
    if (response.ok) return body;
    const { status } = response;
    const message = inPlainWords(status, body?.message, key, response.headers.get('retry-after'));
    if ((status === 401 || status === 403) && (await newKey(key, message))) continue;
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
    throw new ApiError(0, 'The API does not answer. Is it running, and is this machine online?');
  }
}

/** @param {number} status @param {string} [message] @param {string | null} [key] @param {string | null} [retryAfter] */
function inPlainWords(status, message = '', key, retryAfter) {
  if (status === 401 && key === null) return 'The API asks who you are: it needs an API key.';
  if (status === 401) return 'The API does not know this key, or it was revoked or has expired.';
  if (status === 403) return message.replace('Forbidden', 'This key may not do that');
  if (status === 429) return 'The API has had too many requests. Wait a little, and try again.';
  if (status === 500) return 'Something is broken inside the API. Its log says what.';
  if (status === 502 || status === 504) return 'The API was reached, but its function did not answer.';
  if (status === 503 && retryAfter) return `${message} (It asks to wait ${retryAfter} s.)`;
  if (message === 'Validation Error') return 'Some values are not as the API needs them.';
  return message || `The API answered ${status}, and did not say why.`;
}
