/** Returns the response of POST /orders, and does nothing else. */
export async function handler() {
  return { statusCode: 202, headers: { 'content-type': 'application/json' }, body: '{"status_code":202,"message":""}' };
}
